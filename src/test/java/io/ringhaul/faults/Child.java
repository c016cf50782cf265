package io.ringhaul.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of the command line. {@link #close()} kills it if it is still running. */
final class Child implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Process process;
  private final List<String> command;
  private final Path out;
  private final Path err;

  private Child(Process process, List<String> command, Path out, Path err) {
    this.process = process;
    this.command = command;
    this.out = out;
    this.err = err;
  }

  /**
   * The end of a process.
   *
   * @param exitCode 137 after SIGKILL
   * @param out the standard output
   * @param err the standard error
   */
  record Ended(int exitCode, String out, String err) {

    /** Fails with the complete output unless the exit code is the expected one. */
    Ended requireExit(int expected) {
      if (exitCode != expected) {
        throw new AssertionError(
            "exit code " + exitCode + " instead of " + expected + "\n" + out + "\n" + err);
      }
      return this;
    }
  }

  /** Starts the command line with the given arguments. */
  static Child start(ChildJvm jvm, List<String> jvmOptions, List<String> arguments)
      throws IOException {
    Path out = Files.createTempFile(jvm.folder(), "out", ".txt");
    Path err = Files.createTempFile(jvm.folder(), "err", ".txt");
    List<String> command = jvm.command(jvmOptions, arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    return new Child(builder.start(), arguments, out, err);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends SIGKILL and waits for the end. */
  Ended kill() throws IOException, InterruptedException {
    process.destroyForcibly();
    return await();
  }

  /** Sends SIGTERM and waits for the end. */
  Ended terminate() throws IOException, InterruptedException {
    process.destroy();
    return await();
  }

  /** Waits up to the given time; returns true if the process has ended. */
  boolean await(Duration patience) throws InterruptedException {
    return process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits until the process ends by itself. */
  Ended await() throws IOException, InterruptedException {
    if (!await(PATIENCE)) {
      throw new AssertionError("The process does not end: " + command + "\n" + printed());
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** Returns the output so far. */
  String printed() throws IOException {
    return Files.readString(out) + Files.readString(err);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
