package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The running process of a node. As long as this object is reachable its standard input stays open,
 * which is what keeps the node alive: see {@link NodeMain}.
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

  /** The exit code of a process that has ended; above 128 it is 128 and the signal's number. */
  int exitCode() {
    return process.exitValue();
  }

  /** SIGTERM. */
  void requestEnd() {
    // Not Process.destroy(): that closes the standard input too, and the node would halt at once.
    process.toHandle().destroy();
  }

  /** SIGTERM. True if the process has ended within the time. */
  boolean terminate(Duration patience) {
    requestEnd();
    return awaitEnd(patience);
  }

  /** SIGKILL. Returns when the process is gone, and its ports with it. */
  void kill() {
    process.destroyForcibly();
    if (!awaitEnd(Duration.ofSeconds(30))) {
      throw new BulkOperationException(
          "The node's process " + process.pid() + " does not end after SIGKILL.");
    }
  }

  /** Waits on even when interrupted: a process left behind would be worse than a late answer. */
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
          throw new AssertionError("a process that is waited for cannot fail", e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
