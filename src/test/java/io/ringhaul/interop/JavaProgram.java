package io.ringhaul.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Java program in a separate process with its own class path.
 *
 * @param classPath jars and folders
 * @param jvmOptions JVM options
 * @param main the main class, or a source file that contains it
 * @param folder the working directory, which also receives the program's output
 */
public record JavaProgram(List<Path> classPath, List<String> jvmOptions, String main, Path folder) {

  /** The module options that Spark's own launcher sets for Java 17. */
  public static final List<String> SPARK_OPENS =
      List.of(
          "java.base/java.lang",
          "java.base/java.lang.invoke",
          "java.base/java.lang.reflect",
          "java.base/java.io",
          "java.base/java.net",
          "java.base/java.nio",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/jdk.internal.ref",
          "java.base/sun.nio.ch",
          "java.base/sun.nio.cs",
          "java.base/sun.security.action",
          "java.base/sun.util.calendar");

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /**
   * The output of a run.
   *
   * @param out the file with the standard output
   */
  public record Run(int exitCode, Path out, Path err) {

    /** Fails with the program's output unless it ended with this exit code. */
    public Run requireExit(int expected) throws IOException {
      assertThat(exitCode)
          .as(
              "exit code; the program printed:%n%s%n%s",
              Files.readString(out), Files.readString(err))
          .isEqualTo(expected);
      return this;
    }
  }

  /** Runs the program and waits for its end. */
  public Run run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList()));
    command.add(main);
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(
            main + " does not end; it printed:\n" + Files.readString(out) + Files.readString(err));
      }
    } finally {
      process.destroyForcibly();
    }
    return new Run(process.exitValue(), out, err);
  }
}
