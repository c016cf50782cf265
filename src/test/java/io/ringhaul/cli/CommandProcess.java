package io.ringhaul.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line as a process that can receive signals. */
final class CommandProcess {

  private static final long SECONDS = 180;

  private final Process process;
  private final Path out;
  private final Path err;

  private CommandProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Creates a folder with an executable {@code ringhaul} for a shell's path.
   *
   * @param home the user's home; the environment names no job store
   * @param javaOptions additional options of the Java process
   */
  static Path installIn(Path folder, Path home, String... javaOptions) throws IOException {
    Path program = folder.resolve("ringhaul");
    Files.writeString(
        program,
        "#!/bin/sh\nunset RINGHAUL_JOB_STORE\nexec '"
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + "' -XX:TieredStopAtLevel=1 -Xmx512m -Dorg.slf4j.simpleLogger.defaultLogLevel=warn "
            + String.join(" ", javaOptions)
            + " -Duser.home='"
            + home
            + "' -cp '"
            + System.getProperty("java.class.path")
            + "' "
            + Main.class.getName()
            + " \"$@\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return folder;
  }

  /** Starts a command of the program in a folder. */
  static CommandProcess start(Path installed, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(installed.resolve("ringhaul").toString());
    command.addAll(List.of(arguments));
    return launch(installed, command);
  }

  /** Runs a shell line with the program on the path. */
  static CommandProcess shell(Path installed, String line) throws IOException {
    return launch(installed, List.of("/bin/sh", "-c", line));
  }

  /** Starts a main class of the tests. */
  static CommandProcess java(Path folder, Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return launch(folder, command);
  }

  private static CommandProcess launch(Path folder, List<String> command) throws IOException {
    List<String> all = new ArrayList<>();
    // A test that runs in the background may ignore Ctrl-C; child processes inherit that.
    all.addAll(List.of("env", "--default-signal=INT"));
    all.addAll(command);
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(all).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().merge("PATH", folder.toString(), (path, ours) -> ours + ":" + path);
    return new CommandProcess(builder.start(), out, err);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends a real signal, such as {@code INT}. */
  void signal(String name) throws IOException, InterruptedException {
    int sent =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (sent != 0) {
      throw new AssertionError("kill -" + name + " failed; " + err());
    }
  }

  /** Waits for the process to end. */
  CapturedRun ended() throws IOException, InterruptedException {
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("Runs for more than " + SECONDS + " s: " + err());
    }
    return new CapturedRun(process.exitValue(), Files.readString(out), err());
  }

  String out() throws IOException {
    return Files.readString(out);
  }

  private String err() throws IOException {
    return Files.readString(err);
  }
}
