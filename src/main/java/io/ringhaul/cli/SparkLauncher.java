package io.ringhaul.cli;

import io.ringhaul.cli.jobs.SecondSignal;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Starts a command again with {@code spark-submit}, in a process that has the classes of Spark and
 * the jar of Ringhaul for them. Its arguments contain no secrets, and it inherits the environment.
 */
final class SparkLauncher {

  /** Set in the new process if the command has all its values, and is to take no defaults. */
  static final String STORED_PROPERTY = "spark.ringhaul.stored";

  /** Set in the new process if standard error is a terminal. */
  static final String TERMINAL_PROPERTY = "spark.ringhaul.terminal";

  private static final String HOME = "SPARK_HOME";
  private static final String JAR = "RINGHAUL_SPARK_JAR";

  private SparkLauncher() {}

  /**
   * Runs the command to its end. SIGINT and SIGTERM of this process reach the new one once, as
   * SIGTERM.
   *
   * @param arguments of the command line
   * @param isStored whether the command takes no defaults of the environment and the file
   * @return the exit code
   */
  static int run(
      String master, Map<String, String> settings, List<String> arguments, boolean isStored) {
    List<String> command = new ArrayList<>(ProcessLauncher.JobProcesses.detached());
    command.add(submit().toString());
    command.addAll(List.of("--master", master, "--class", Main.class.getName()));
    settings.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
    command.addAll(List.of("--conf", STORED_PROPERTY + "=" + isStored));
    command.addAll(
        List.of(
            "--conf",
            TERMINAL_PROPERTY + "=" + Boolean.getBoolean(ProgressDisplay.TERMINAL_PROPERTY)));
    String jars = System.getenv("RINGHAUL_CLASSPATH");
    if (jars != null && !jars.isBlank()) {
      command.addAll(List.of("--driver-class-path", jars));
    }
    command.add(jar().toString());
    command.addAll(arguments);
    return ended(command);
  }

  private static int ended(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putIfAbsent("JAVA_HOME", System.getProperty("java.home"));
    Process started = null;
    try {
      Process process = builder.start();
      started = process;
      Thread hook = new Thread(() -> signalled(process), "ringhaul-stop");
      Runtime.getRuntime().addShutdownHook(hook);
      int exitCode = process.waitFor();
      Runtime.getRuntime().removeShutdownHook(hook);
      return exitCode;
    } catch (IOException e) {
      throw new BulkOperationException("spark-submit cannot be started: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BulkOperationException("The command was interrupted", e);
    } catch (IllegalStateException e) {
      // This process received a signal, and ends with the other one; that may have begun just now.
      if (started != null) {
        started.destroy();
      }
      return ExitCode.FAILED;
    }
  }

  private static void signalled(Process process) {
    SecondSignal.endsTheProcess(process::destroyForcibly);
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      // Nothing interrupts shutdown hooks; after an interrupt the process ends.
    }
  }

  /** The program {@code spark-submit}, of {@code SPARK_HOME} or on the path. */
  private static Path submit() {
    String home = System.getenv(HOME);
    Stream<Path> folders =
        home == null
            ? Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(Path::of)
            : Stream.of(Path.of(home, "bin"));
    return folders
        .map(folder -> folder.resolve("spark-submit"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidSettingException(
                    SparkOptions.ON,
                    home == null
                        ? SparkOptions.ON + " needs Spark 3.5 or 4: set " + HOME + " to its folder"
                        : String.format(
                            "%s needs Spark 3.5 or 4, and %s is %s, which has no bin/spark-submit",
                            SparkOptions.ON, HOME, home)));
  }

  /** The jar for Spark: beside Ringhaul's own after a build, in its own folder when installed. */
  private static Path jar() {
    String chosen = System.getenv(JAR);
    Path jar = chosen == null ? installed() : Path.of(chosen);
    if (!Files.isRegularFile(jar)) {
      throw new InvalidSettingException(
          SparkOptions.ON,
          String.format(
              "%s needs Ringhaul's jar for Spark, and there is no file %s: set %s to it",
              SparkOptions.ON, jar, JAR));
    }
    return jar;
  }

  private static Path installed() {
    try {
      Path own = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      String name = own.getFileName().toString().replaceFirst("(\\.jar)?$", "-spark.jar");
      Path folder = Objects.requireNonNull(own.getParent());
      return folder.endsWith("lib")
          ? folder.resolveSibling("spark").resolve(name)
          : folder.resolve(name);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The place of a class is always a URI", e);
    }
  }
}
