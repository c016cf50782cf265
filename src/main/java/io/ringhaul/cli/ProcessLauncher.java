package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.console.JobLauncher;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.disk.OwnerOnly;
import io.ringhaul.internal.telemetry.Background;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobRun;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Runs jobs in processes of their own, which go on when this one ends. A start that leads to no run
 * is told in the store: nobody reads the standard error of such a process.
 */
final class ProcessLauncher implements JobLauncher, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProcessLauncher.class);

  private final JobStore store;
  private final JobProcesses processes;
  private final ImportFolders folders;
  private final Map<UUID, Start> starts = new ConcurrentHashMap<>();
  private final ExecutorService ends =
      Executors.newSingleThreadExecutor(Background.threads("ringhaul-launcher"));

  /**
   * @param processes begins processes that work on the same store
   * @param folders below which the jobs may read
   */
  ProcessLauncher(JobStore store, JobProcesses processes, ImportFolders folders) {
    this.store = store;
    this.processes = processes;
    this.folders = folders;
  }

  @Override
  public Job make(List<String> command) {
    Job job = JobMaker.make(command);
    folders.require(job.definition().command());
    return job;
  }

  @Override
  public void requireStartable(Job job) {
    JobsAgainCommand.requireCommand(job);
    requireFolders(job);
    Start earlier = starts.get(job.id());
    // One that has led to a run is told by the job: after its end the process lives for a moment.
    if (earlier != null && earlier.run == job.run() && earlier.process.isAlive()) {
      throw new JobException(
          job.id(),
          "Process " + earlier.process.pid() + " was started for job " + job.id() + " already",
          null);
    }
  }

  /** Looks again: links may lead elsewhere by now, and the job may be one of the command line. */
  private void requireFolders(Job job) {
    try {
      folders.require(job.definition().command());
    } catch (InvalidSettingException e) {
      throw new JobException(job.id(), String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void start(Job job) {
    launch(job);
  }

  @Override
  public void restart(Job job) {
    requireStartable(job);
    JobsAgainCommand.RestartCommand.requireRestartable(store, job, job.definition().command());
    // A process of a run that is over may live for a moment; it says nothing of the new run.
    starts.remove(job.id());
    launch(forgotten(job));
  }

  /**
   * The job as if it was never begun. Done here: a process could be stopped in the middle of it.
   */
  private Job forgotten(Job job) {
    if (job.kind() == JobKind.IMPORT) {
      store.reset(job.id());
    } else if (job.plan().isPresent()) {
      JobLeftovers.giveUp(store, job);
      store.create(
          Job.pending(
              job.id(),
              job.name(),
              job.description(),
              job.labels(),
              job.kind(),
              JobDefinition.draft(job.definition().command())));
    }
    return store.find(job.id()).orElse(job);
  }

  private synchronized void launch(Job job) {
    requireStartable(job);
    Start start;
    try {
      start = new Start(processes.begin(job.id()), job.run());
    } catch (IOException e) {
      throw new JobException(
          job.id(), "No process could be started for job " + job.id() + ": " + e.getMessage(), e);
    }
    starts.put(job.id(), start);
    start.process.onExit().thenAcceptAsync(process -> ended(job.id(), start), ends);
  }

  @Override
  public boolean cancel(Job job) {
    Start start = starts.get(job.id());
    return start != null && start.stop() && start.run == job.run();
  }

  @Override
  public void discard(Job job) {
    if (!job.definition().command().isEmpty()) {
      JobLeftovers.giveUp(store, job);
    }
  }

  private void ended(UUID id, Start start) {
    boolean isLast = starts.remove(id, start);
    int exitCode = start.process.exitValue();
    if (!isLast || exitCode == ExitCode.DONE) {
      return;
    }
    try {
      if (start.isStopped) {
        // It may have ended before it could say so itself.
        store.find(id).filter(ProcessLauncher::isOpen).ifPresent(job -> store.requestStop(id));
        return;
      }
      store
          .find(id)
          .filter(job -> job.run() == start.run && job.status() != JobStatus.COMPLETED)
          .ifPresent(job -> fail(id, processes.reason(id, exitCode)));
    } catch (BulkOperationException e) {
      LOG.warn("Job {} could not be started, and the store does not take it: {}", id, e);
    }
  }

  private static boolean isOpen(Job job) {
    return switch (job.status()) {
      case PENDING, RUNNING, STOPPING -> true;
      case STOPPED, FAILED, COMPLETED -> false;
    };
  }

  private void fail(UUID id, String reason) {
    try (JobRun run = store.begin(id)) {
      run.failed(reason);
    }
  }

  /** Processes that were started go on. */
  @Override
  public void close() {
    ends.shutdownNow();
  }

  /** A process that was started for a job. */
  private static final class Start {

    private final Process process;
    private final int run;
    private volatile boolean isStopped;

    /**
     * @param run how often the job was begun before
     */
    Start(Process process, int run) {
      this.process = process;
      this.run = run;
    }

    /** Asks the process to end, once: asked twice, it would end at once. */
    synchronized boolean stop() {
      if (isStopped || !process.isAlive()) {
        return false;
      }
      isStopped = true;
      process.destroy();
      return true;
    }
  }

  /** Makes jobs of commands that are not run yet. */
  static final class JobMaker {

    private static final String COMMAND = "command";
    private static final String CONFIG = "--config";
    private static final Map<String, JobKind> KINDS =
        Map.of("export", JobKind.EXPORT, "import", JobKind.IMPORT);

    private JobMaker() {}

    /**
     * A job of the arguments of an export or import.
     *
     * @throws InvalidSettingException if they are none, or have what a job does not keep
     */
    static Job make(List<String> arguments) {
      JobKind kind = arguments.isEmpty() ? null : KINDS.get(arguments.get(0));
      if (kind == null) {
        throw new InvalidSettingException(
            COMMAND, "A job's command begins with 'export' or 'import', not " + first(arguments));
      }
      for (String argument : arguments) {
        // The one reads a file when it is parsed, the other when the job runs.
        if (argument.startsWith("@") || name(argument).equals(CONFIG)) {
          throw new InvalidSettingException(
              COMMAND, "'" + argument + "' takes arguments from a file; give them one by one");
        }
      }
      ParseResult parsed = parse(arguments);
      CommandSpec spec = parsed.commandSpec();
      for (OptionSpec option : parsed.matchedOptions()) {
        if (StoredCommand.leavesOut(option)) {
          throw new InvalidSettingException(
              COMMAND,
              "A job does not keep " + option.longestName() + ": leave it out of the command");
        }
      }
      OperationCommand<?> operation = (OperationCommand<?>) spec.userObject();
      // What is out of bounds, or contradicts something else, is found here, not when the job runs.
      try {
        operation.check();
      } catch (InvalidSettingException e) {
        throw new InvalidSettingException(e.setting(), OptionNames.message(e));
      }
      List<String> command = StoredCommand.of(spec);
      return Job.pending(
          UUID.randomUUID(),
          kind.name().toLowerCase(Locale.ROOT) + " " + operation.table(),
          "",
          Map.of(),
          kind,
          JobDefinition.draft(command));
    }

    private static ParseResult parse(List<String> arguments) {
      String[] all = arguments.toArray(String[]::new);
      CommandLine commandLine = Main.commandLine(all).setExpandAtFiles(false);
      try {
        return commandLine.parseArgs(all).subcommand();
      } catch (ParameterException e) {
        throw new InvalidSettingException(COMMAND, "The command cannot be run: " + e.getMessage());
      }
    }

    private static String first(List<String> arguments) {
      return arguments.isEmpty() ? "with nothing" : "with '" + arguments.get(0) + "'";
    }

    private static String name(String argument) {
      int end = argument.indexOf('=');
      return end < 0 ? argument : argument.substring(0, end);
    }
  }

  /**
   * Processes that run jobs, with the Java, the class path and the options of this one. What they
   * say goes to a log for each job. No secret is among their arguments: a job keeps none, and they
   * inherit the environment.
   */
  static final class JobProcesses {

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
}
