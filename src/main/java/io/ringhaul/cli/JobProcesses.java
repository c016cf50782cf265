package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.internal.disk.OwnerOnly;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Processes that run jobs, with the Java, the class path and the options of this one. What they say
 * goes to a log for each job. No secret is among their arguments: a job keeps none, and they
 * inherit the environment.
 */
final class JobProcesses {

  private static final Path SHELL = Path.of("/bin/sh");

  /**
   * Ctrl-C and the end of a terminal reach all processes of it, and a job is to outlive the one
   * that started it. Java leaves alone what it was told to ignore.
   */
  private static final String DETACHED = "trap '' INT HUP; exec \"$0\" \"$@\"";

  /** Options of which only one process can make use. */
  private static final Predicate<String> OF_ONE_PROCESS =
      option ->
          option.startsWith("-agentlib:jdwp")
              || option.startsWith("-Xrunjdwp")
              || option.startsWith("-Dcom.sun.management.jmxremote")
              || option.startsWith("-Dringhaul.terminal=");

  private static final int TAIL_LINES = 200;
  private static final String PREFIX = "ringhaul: ";

  private final JobStoreLocation location;
  private final Path logs;

  /**
   * @param logs the folder of the logs, which is made when it is needed
   */
  JobProcesses(JobStoreLocation location, Path logs) {
    this.location = location;
    this.logs = logs;
  }

  /** The folder beside a store, or a temporary one for a store that is no file. */
  static Path logsOf(Optional<Path> store) throws IOException {
    return store.isPresent()
        ? store.get().resolveSibling(store.get().getFileName() + "-logs")
        : Files.createTempDirectory("ringhaul-logs-");
  }

  /** Begins a process that runs a job from where it stands to its end. */
  Process begin(UUID job) throws IOException {
    OwnerOnly.createFolders(logs);
    Path log = log(job);
    if (!Files.exists(log)) {
      OwnerOnly.createFile(log);
    }
    ProcessBuilder builder =
        new ProcessBuilder(command(job))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private List<String> command(UUID job) {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(SHELL)) {
      command.addAll(List.of(SHELL.toString(), "-c", DETACHED));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(OF_ONE_PROCESS.negate())
        .forEach(command::add);
    command.add("-Dringhaul.terminal=false");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("jobs", "resume", job.toString()));
    location.option().ifPresent(option -> command.add("--job-store=" + option));
    return command;
  }

  /** Where what the processes of a job have said is. */
  Path log(UUID job) {
    return logs.resolve(job + ".log");
  }

  /** Why a process ended, by the last of what it said. */
  String reason(UUID job, int exitCode) {
    String otherwise =
        "The process that was to run the job ended with exit code "
            + exitCode
            + "; what it said is in "
            + log(job);
    try {
      List<String> lines = Files.readAllLines(log(job), StandardCharsets.UTF_8);
      return lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()).stream()
          .filter(line -> line.startsWith(PREFIX))
          .reduce((first, second) -> second)
          .map(line -> line.substring(PREFIX.length()))
          .orElse(otherwise);
    } catch (IOException e) {
      return otherwise;
    }
  }

  /** The log of each job, for people. */
  String describeLogs() {
    return logs + File.separator + "JOB.log";
  }
}
