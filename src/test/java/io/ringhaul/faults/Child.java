package io.ringhaul.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of the command line, which can be killed. Closing it ends it in any case. */
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
   * How a process ended.
   *
   * @param exitCode 137 after SIGKILL
   * @param out what it put to standard output
   * @param err what it put to standard error
   */
  record Ended(int exitCode, String out, String err) {

    /** Fails with all that the process printed unless it ended with that exit code. */
    Ended requireExit(int expected) {
      if (exitCode != expected) {
        throw new AssertionError(
            "exit code " + exitCode + " instead of " + expected + "\n" + out + "\n" + err);
      }
      return this;
    }
  }

  /** Starts the command line with these arguments. */
  static Child start(ChildJvm jvm, List<String> jvmOptions, List<String> arguments)
      throws IOException {
    Path out = Files.createTempFile(jvm.folder(), "out", ".txt");
    Path err = Files.createTempFile(jvm.folder(), "err", ".txt");
    List<String> command = jvm.command(jvmOptions, arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().remove("RINGHAUL_DEBUG");
    return new Child(builder.start(), arguments, out, err);
  }

  /** Whether it has not ended yet. */
  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it with SIGKILL and waits until it is gone. */
  Ended kill() throws IOException, InterruptedException {
    process.destroyForcibly();
    return await();
  }

  /** Sends SIGTERM and waits for the end. */
  Ended terminate() throws IOException, InterruptedException {
    process.destroy();
    return await();
  }

  /** Waits so long for the end; says whether it has come. */
  boolean await(Duration patience) throws InterruptedException {
    return process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits until it ends by itself. */
  Ended await() throws IOException, InterruptedException {
    if (!await(PATIENCE)) {
      throw new AssertionError("It does not end: " + command + "\n" + printed());
    }
    return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** What it has printed by now. */
  String printed() throws IOException {
    return Files.readString(out) + Files.readString(err);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
