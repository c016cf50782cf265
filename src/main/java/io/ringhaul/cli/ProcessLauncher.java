package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.console.JobLauncher;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.disk.OwnerOnly;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.telemetry.Background;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Runs jobs in separate processes, which continue after this process ends. Records a failed start
 * in the job store: a detached process has no reader of its standard error.
 */
final class ProcessLauncher implements JobLauncher, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProcessLauncher.class);

  /**
   * Options that a job may change after it has begun. Others name what it reads and writes, or the
   * cluster, whose credentials its configuration file may have.
   */
  private static final List<String> CHANGEABLE =
      List.of(
          "--balancing",
          "--consistency",
          "--grouping",
          "--max-attempts",
          "--max-batch-bytes",
          "--max-batch-statements",
          "--max-bytes-per-second",
          "--max-cpu",
          "--max-disk",
          "--max-errors",
          "--max-in-flight-per-node",
          "--page-size",
          "--parallelism",
          "--priority",
          "--protect-latency",
          "--rate",
          "--skip-preflight",
          "--tune",
          "--window");

  private final JobStore store;
  private final JobProcesses processes;
  private final ImportFolders folders;
  private final Map<UUID, Start> starts = new ConcurrentHashMap<>();
  private final ExecutorService ends =
      Executors.newSingleThreadExecutor(Background.threads("ringhaul-launcher"));

  /**
   * @param folders the folders that jobs may read from
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
  public List<String> command(Job job, List<String> options) {
    JobsAgainCommand.requireCommand(job);
    for (String option : options) {
      if (!option.startsWith("-")) {
        throw new InvalidSettingException(
            "options", "'" + option + "' is not an option: write it as --NAME=VALUE");
      }
      if (!job.definition().isDraft() && !CHANGEABLE.contains(JobMaker.name(option))) {
        throw new InvalidSettingException(
            "options",
            String.format(
                "'%s' cannot change after the job has begun: create a new job. A begun job may"
                    + " change %s",
                option, String.join(", ", CHANGEABLE)));
      }
    }
    JobMaker.requireNoFiles(options);
    List<String> changed = StoredCommand.with(job.definition().command(), options);
    List<String> command = StoredCommand.of(JobMaker.checked(changed, job.definition().command()));
    folders.require(command);
    if (job.status() == JobStatus.COMPLETED) {
      JobsAgainCommand.RestartCommand.requireRestartable(store, job, command);
    }
    return command;
  }

  @Override
  public void requireStartable(Job job) {
    JobsAgainCommand.requireCommand(job);
    requireFolders(job);
    Start earlier = starts.get(job.id());
    // After a run ends, its process lives for a moment; compare the run to ignore it.
    if (earlier != null && earlier.run == job.run() && earlier.process.isAlive()) {
      throw new JobException(
          job.id(),
          "Process " + earlier.process.pid() + " of job " + job.id() + " is already running",
          null);
    }
  }

  /**
   * Checks the folders again: links may have changed, and the command line may have created the
   * job.
   */
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
    // A process of a finished run may live for a moment; its exit does not concern the new run.
    starts.remove(job.id());
    launch(forgotten(job));
  }

  /**
   * Resets the job to its initial state. Runs in this process, which a stop of the job does not
   * interrupt.
   */
  private Job forgotten(Job job) {
    if (job.kind() != JobKind.EXPORT) {
      store.reset(job.id());
    } else if (job.plan().isPresent()) {
      JobLeftovers.giveUp(store, job);
      JobLeftovers.createAgain(store, job);
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

  /** Waits for a start that is under way, which it then stops. */
  @Override
  public synchronized boolean cancel(Job job) {
    Start start = starts.get(job.id());
    return start != null && start.stop() && start.run == job.run();
  }

  /**
   * Stops all processes that it has started, and ends those that do not stop in time.
   *
   * @param patience how long to wait for them
   */
  void stopAll(Duration patience) throws InterruptedException {
    List<Start> running = List.copyOf(starts.values());
    running.forEach(Start::stop);
    long deadline = System.nanoTime() + patience.toNanos();
    for (Start start : running) {
      if (!start.process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        start.process.destroyForcibly();
      }
    }
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
        // The process may have ended before it could record the stop.
        store.find(id).filter(ProcessLauncher::isOpen).ifPresent(job -> store.requestStop(id));
        return;
      }
      store
          .find(id)
          .filter(job -> job.run() == start.run && job.status() != JobStatus.COMPLETED)
          .ifPresent(job -> fail(id, processes.reason(id, exitCode)));
    } catch (BulkOperationException e) {
      LOG.warn("Job {} could not be started, and the store rejected the failure: {}", id, e);
    }
  }

  private static boolean isOpen(Job job) {
    return switch (job.status()) {
      case PENDING, RUNNING, STOPPING -> true;
      case STOPPED, FAILED, COMPLETED -> false;
    };
  }

  private void fail(UUID id, String reason) {
    try (JobRun run = JobRuns.of(store).begin(id)) {
      run.failed(reason);
    }
  }

  /** Does not stop the processes of running jobs. */
  @Override
  public void close() {
    ends.shutdownNow();
  }

  /** A process started for a job. */
  private static final class Start {

    private final Process process;
    private final int run;
    private volatile boolean isStopped;

    /**
     * @param run the job's number of runs before this start
     */
    Start(Process process, int run) {
      this.process = process;
      this.run = run;
    }

    /** Sends SIGTERM once: a second signal would end the process immediately. */
    synchronized boolean stop() {
      if (isStopped || !process.isAlive()) {
        return false;
      }
      isStopped = true;
      process.destroy();
      return true;
    }
  }

  /** Creates jobs from commands without running them. */
  static final class JobMaker {

    private static final String COMMAND = "command";
    private static final Set<String> FROM_FILE = Set.of("--config", "--profile", "--paths");
    private static final Map<String, JobKind> KINDS =
        Map.of("export", JobKind.EXPORT, "import", JobKind.IMPORT);

    private JobMaker() {}

    /**
     * Creates a job from the arguments of an export or import.
     *
     * @throws InvalidSettingException if the arguments are not valid, or a job cannot store one of
     *     them
     */
    static Job make(List<String> arguments) {
      JobKind kind = arguments.isEmpty() ? null : KINDS.get(arguments.get(0));
      if (kind == null) {
        throw new InvalidSettingException(
            COMMAND,
            "A job's command must start with 'export' or 'import', not " + first(arguments));
      }
      requireNoFiles(arguments);
      CommandSpec spec = checked(arguments, List.of());
      OperationCommand<?, ?> operation = (OperationCommand<?, ?>) spec.userObject();
      Optional<String> noJob =
          operation instanceof JobCommand<?, ?> command ? command.noJob() : Optional.empty();
      if (noJob.isPresent()) {
        throw new InvalidSettingException(
            COMMAND, "A job cannot be " + noJob.get() + ": change the command");
      }
      return Job.pending(
          UUID.randomUUID(),
          kind.name().toLowerCase(Locale.ROOT) + " " + operation.table(),
          "",
          Map.of(),
          kind,
          JobDefinition.draft(StoredCommand.of(spec)));
    }

    private static void requireNoFiles(List<String> arguments) {
      for (String argument : arguments) {
        // An argument file is read on parsing, a list of paths by the check below, and a
        // configuration file when the job runs.
        if (argument.startsWith("@") || FROM_FILE.contains(name(argument))) {
          throw new InvalidSettingException(
              COMMAND,
              "'" + argument + "' reads arguments from a file; give the arguments directly");
        }
      }
    }

    /**
     * Returns the parsed command.
     *
     * @param stored arguments that a job has stored already
     * @throws InvalidSettingException if the arguments are not valid, or a job cannot store one of
     *     the others
     */
    private static CommandSpec checked(List<String> arguments, List<String> stored) {
      ParseResult parsed = parse(arguments);
      CommandSpec spec = parsed.commandSpec();
      Set<String> known = stored.stream().map(JobMaker::name).collect(Collectors.toSet());
      for (OptionSpec option : parsed.matchedOptions()) {
        if (known.contains(option.longestName())) {
          continue;
        }
        // Before the settings are checked, whose messages have values.
        ImportFolders.requireNoProperties(option);
        if (StoredCommand.leavesOut(option)) {
          throw new InvalidSettingException(
              COMMAND,
              "A job cannot store " + option.longestName() + ": remove it from the command");
        }
      }
      OperationCommand<?, ?> operation = (OperationCommand<?, ?>) spec.userObject();
      // Reports invalid settings now instead of when the job runs.
      try {
        operation.check();
      } catch (InvalidSettingException e) {
        throw new InvalidSettingException(e.setting(), OptionNames.message(e));
      }
      return spec;
    }

    private static ParseResult parse(List<String> arguments) {
      String[] all = arguments.toArray(String[]::new);
      CommandLine commandLine = Main.commandLine(all).setExpandAtFiles(false);
      try {
        return commandLine.parseArgs(all).subcommand();
      } catch (ParameterException e) {
        throw new InvalidSettingException(
            COMMAND, "The command cannot be run: " + UsageReport.message(e));
      }
    }

    private static String first(List<String> arguments) {
      return arguments.isEmpty() ? "an empty command" : "'" + arguments.get(0) + "'";
    }

    private static String name(String argument) {
      int end = argument.indexOf('=');
      return end < 0 ? argument : argument.substring(0, end);
    }
  }

  /**
   * Starts processes that run jobs, with the Java, the class path and the options of this process.
   * Each job has its own log file. The arguments contain no secrets: a job stores none, and the
   * processes inherit the environment.
   */
  static final class JobProcesses {

    private static final Path SHELL = Path.of("/bin/sh");

    /**
     * Signals of the terminal reach all of its processes, but a job must outlive the process that
     * started it. Java does not change signals that are already ignored.
     */
    private static final String DETACHED = "trap '' INT HUP; exec \"$0\" \"$@\"";

    /** Options that only one process can use, such as a debugger port. */
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
     * @param logs the folder of the logs; created on first use
     */
    JobProcesses(JobStoreLocation location, Path logs) {
      this.location = location;
      this.logs = logs;
    }

    /** The log folder: beside a store's file, or a temporary folder for other stores. */
    static Path logsOf(Optional<Path> store) throws IOException {
      return store.isPresent()
          ? store.get().resolveSibling(store.get().getFileName() + "-logs")
          : Files.createTempDirectory("ringhaul-logs-");
    }

    /** Starts a process that runs or resumes a job. */
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

    /** The words before a command whose process must not take signals of the terminal. */
    static List<String> detached() {
      return Files.isExecutable(SHELL) ? List.of(SHELL.toString(), "-c", DETACHED) : List.of();
    }

    private List<String> command(UUID job) {
      List<String> command = new ArrayList<>(detached());
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

    /** The log file of a job. */
    Path log(UUID job) {
      return logs.resolve(job + ".log");
    }

    /** The last message of a process in the job's log. */
    String reason(UUID job, int exitCode) {
      String otherwise =
          "The process of the job ended with exit code " + exitCode + "; its log is " + log(job);
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

    /** The path pattern of the log files, for display. */
    String describeLogs() {
      return logs + File.separator + "JOB.log";
    }
  }
}
