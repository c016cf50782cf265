package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The running process of a node. The node lives as long as its standard input is open, which this
 * object keeps open while it is reachable: see {@link NodeMain}.
 */
final class NodeProcess {

  private final Process process;

  private NodeProcess(Process process) {
    this.process = process;
  }

  static NodeProcess launch(List<String> command, NodeFiles files) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(files.home().toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(files.output().toFile());
    try {
      return new NodeProcess(builder.start());
    } catch (IOException e) {
      throw new BulkOperationException(
          "The node's process could not be started: " + e.getMessage() + ".", e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** The exit code of an ended process; for a signal, 128 plus the signal's number. */
  int exitCode() {
    return process.exitValue();
  }

  /** Sends SIGTERM without waiting. */
  void requestEnd() {
    // Not Process.destroy(): it also closes the standard input, and the node would halt
    // immediately.
    process.toHandle().destroy();
  }

  /** Sends SIGTERM and waits; returns whether the process ended in time. */
  boolean terminate(Duration patience) {
    requestEnd();
    return awaitEnd(patience);
  }

  /** Sends SIGKILL and returns when the process has ended and its ports are free. */
  void kill() {
    process.destroyForcibly();
    if (!awaitEnd(Duration.ofSeconds(30))) {
      throw new BulkOperationException(
          "The node's process " + process.pid() + " does not end after SIGKILL.");
    }
  }

  /** Continues to wait after an interrupt: a late return is better than a process left behind. */
  private boolean awaitEnd(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          process.onExit().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
          return true;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (TimeoutException e) {
          return false;
        } catch (ExecutionException e) {
          throw new AssertionError("waiting for a process cannot fail", e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
