package io.ringhaul.cli;

import io.ringhaul.CountRequest;
import io.ringhaul.ExportRequest;
import io.ringhaul.OperationRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.WriteRequest;
import io.ringhaul.cli.jobs.JobFinder;
import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.StopOnSignal;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.jobstore.AddingImports;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** A command that runs its operation as a job, which can be stopped and resumed. */
abstract class JobCommand<Q extends OperationRequest<Q, R>, R extends OperationResult>
    extends OperationCommand<Q, R> {

  @Mixin private JobRunOptions jobs = new JobRunOptions();

  private @Nullable RunningJob job;

  /** The job of this run; empty while only the settings are checked. */
  final Optional<RunningJob> runningJob() {
    return Optional.ofNullable(job);
  }

  /** Where the job is stored. */
  final JobStoreLocation storeLocation() {
    return jobs.store.location();
  }

  /** Whether an option names the store or the job. */
  final boolean isJobNamed() {
    return jobs.store.isGiven() || jobs.name != null || jobs.id != null || jobs.resume;
  }

  /** What the operation is if it is no job, such as "a dry run"; empty if it is a job. */
  Optional<String> noJob() {
    return Optional.empty();
  }

  /** Whether the operation is a job. */
  final boolean isStored() {
    return noJob().isEmpty();
  }

  @Override
  final <T> T told(ResultReport report, Supplier<T> work) {
    Optional<String> noJob = noJob();
    if (noJob.isPresent()) {
      return super.told(
          report,
          () -> {
            jobs.requireNone(noJob.get());
            return work.get();
          });
    }
    try (RunningJob running = super.told(report, () -> jobs.open(spec()))) {
      job = running;
      report.add(ResultReport.JOB, running.id().toString());
      return super.told(report, work);
    }
  }

  @Override
  final void tell(BulkOperationException failure) {
    Optional<Job> stopped =
        failure instanceof JobStoppedException && !isVerbose()
            ? runningJob().flatMap(RunningJob::stopped).filter(JobCommand::hasKept)
            : Optional.empty();
    if (stopped.isPresent()) {
      runningJob().orElseThrow().sayItIsStopped(spec().name() + " " + table(), stopped.get());
    } else {
      super.tell(failure);
      runningJob().ifPresent(running -> running.sayHowItGoesOn(failure));
    }
  }

  /** Whether a resume continues, and no rows are in doubt. */
  private static boolean hasKept(Job job) {
    return job.kind() != JobKind.COUNT
        && !AddingImports.mustNotRepeat(job, job.definition().command());
  }

  @Override
  final void begin() {
    runningJob().ifPresent(running -> running.begin(spec().name() + " " + table(), isQuiet()));
  }

  @Override
  final void progressed(long rows) {
    runningJob().ifPresent(running -> running.progressed(rows));
  }

  @Override
  Optional<String> nextCommand() {
    return runningJob().flatMap(RunningJob::showCommand);
  }

  @Override
  final boolean isOfKeyspace() {
    return jobs.ofKeyspace != null;
  }

  /** The store and the options of the jobs of a keyspace; empty if the operation is no job. */
  final Optional<JobOptions> optionsOfKeyspace(String defaultName) {
    if (!isStored()) {
      jobs.requireNone(noJob().orElseThrow());
      return Optional.empty();
    }
    JobOptions options = jobs.options(jobs.openStore(spec()));
    return Optional.of(options.name().isEmpty() ? options.named(defaultName) : options);
  }

  /**
   * Makes the job of this command one of the jobs of a keyspace.
   *
   * @param all their options; their owner closes the store
   */
  final void joinKeyspace(JobOptions all, UUID id) {
    jobs.ofKeyspace =
        new RunningJob(
            jobs.store.location(), all.store(), id, Optional.empty(), spec().commandLine());
  }

  /** Options of the job. */
  private static final class JobRunOptions {

    @Mixin private OptionValues.JobStoreOption store = new OptionValues.JobStoreOption();

    @Option(
        names = "--job",
        paramLabel = "NAME",
        description =
            "The name of the job, such as nightly-orders; several jobs may have it. Default: the"
                + " operation and the table.")
    private @Nullable String name;

    @Option(
        names = "--job-id",
        paramLabel = "UUID",
        converter = OptionValues.JobId.class,
        description = "The id of the job, for scripts that need to know it. Default: a random id.")
    private @Nullable UUID id;

    @Option(
        names = "--job-description",
        paramLabel = "TEXT",
        description = "The purpose of the job, for display.")
    private @Nullable String description;

    @Option(
        names = "--job-label",
        paramLabel = "KEY=VALUE",
        description = "A label of the job; repeatable.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
        names = "--resume",
        description =
            "Resumes the newest job of the name given with --job, or the job of --job-id, without"
                + " repeating completed tasks. Starts a new job if the store has none, or if the"
                + " newest of the name is completed. See also 'ringhaul jobs resume'.")
    private boolean resume;

    /** The job if it is one of a keyspace, which sets it on the request. */
    private @Nullable RunningJob ofKeyspace;

    /**
     * Checks that an operation that is no job has no options of one. A name is no harm: the same
     * command as a job has it.
     *
     * @param operation such as "a dry run"
     */
    void requireNone(String operation) {
      if (resume || id != null) {
        String option = resume ? "--resume" : "--job-id";
        throw new InvalidSettingException(
            option, option + " is for a job, and " + operation + " is none");
      }
    }

    /** Opens the store and describes the job. */
    RunningJob open(CommandSpec command) {
      RunningJob prepared = ofKeyspace;
      if (prepared != null) {
        return prepared;
      }
      if (resume && name == null && id == null) {
        throw new InvalidSettingException("--resume", "--resume requires --job or --job-id");
      }
      JobStore opened = openStore(command);
      return new RunningJob(
          store.location(),
          opened,
          chosenId(opened),
          Optional.of(options(opened).madeBy(StoredCommand.of(command))),
          command.commandLine());
    }

    JobStore openStore(CommandSpec command) {
      JobStoreLocation location = store.location();
      if (resume && location.isNone()) {
        throw new InvalidSettingException(
            "--resume", "--resume requires a job store, but --job-store is none");
      }
      // Resuming requires the chosen store: in memory, a job would start from its beginning.
      return resume || id != null
          ? location.open()
          : location.openOrWarn(command.commandLine().getErr());
    }

    JobOptions options(JobStore opened) {
      JobOptions options = JobOptions.in(opened).namingSettings(OptionNames::of);
      options = name == null ? options : options.named(name);
      options = description == null ? options : options.describedAs(description);
      for (Map.Entry<String, String> label : labels.entrySet()) {
        options = options.labelled(label.getKey(), label.getValue());
      }
      return resume ? options.resuming() : options;
    }

    private UUID chosenId(JobStore opened) {
      Optional<UUID> unfinished =
          resume && id == null
              ? JobFinder.unfinished(opened, Objects.requireNonNull(name)).map(Job::id)
              : Optional.ofNullable(id);
      return unfinished.orElseGet(UUID::randomUUID);
    }
  }

  /** The job of a running command, and its messages on standard error. */
  static final class RunningJob implements AutoCloseable {

    private final JobStoreLocation location;
    private final JobStore store;
    private final UUID id;
    private final Optional<JobOptions> options;
    private final CommandLine commandLine;
    private @Nullable StopOnSignal signals;

    /**
     * @param options empty if the request has its job already, whose owner closes the store
     */
    RunningJob(
        JobStoreLocation location,
        JobStore store,
        UUID id,
        Optional<JobOptions> options,
        CommandLine commandLine) {
      this.location = location;
      this.store = store;
      this.id = id;
      this.options = options;
      this.commandLine = commandLine;
    }

    UUID id() {
      return id;
    }

    /** The command that shows the job; empty if the store forgets it. */
    Optional<String> showCommand() {
      return store.isDurable() ? Optional.of(location.showCommand(id)) : Optional.empty();
    }

    void apply(CountRequest request) {
      options.ifPresent(its -> request.job(its).jobId(id));
    }

    void apply(ExportRequest request) {
      options.ifPresent(its -> request.job(its).jobId(id));
    }

    void apply(WriteRequest<?, ?> request) {
      options.ifPresent(its -> request.job(its).jobId(id));
    }

    /** Prints the job's id and stops the job on a signal from now on. */
    void begin(String operation, boolean isQuiet) {
      if (store.isDurable() && !isQuiet) {
        say(operation + ": job " + id);
      }
      signals =
          SparkOptions.isInSpark()
              ? StopOnSignal.beforeShutdown(store, id, this::endedTooLate)
              : StopOnSignal.of(store, id, this::endedTooLate);
    }

    /** Called with the number of rows processed so far. */
    void progressed(long rows) {
      StopOnSignal listening = signals;
      if (listening != null) {
        listening.progressed(rows);
      }
    }

    /** Prints the progress so far and how to resume the job. */
    void sayHowItGoesOn(BulkOperationException failure) {
      if (store.isDurable()) {
        if (!(failure instanceof JobException)) {
          stored()
              .filter(RunningJob::goesOn)
              .ifPresent(job -> sayHowItGoesOn(job, optionsToChange(failure)));
        }
      } else if (failure instanceof JobStoppedException) {
        failure
            .partialResult()
            .ifPresent(totals -> say("  So far: " + Figures.count(totals.rows(), "row", "rows")));
        say("  The job was kept in memory only and cannot be resumed: see --job-store");
      }
    }

    /**
     * Whether a resumed job has completed tasks to skip; a job that failed before planning has
     * none.
     */
    private static boolean goesOn(Job job) {
      return job.status() == JobStatus.STOPPED
          || (job.status() != JobStatus.COMPLETED && job.figures().partitions() > 0);
    }

    private void sayHowItGoesOn(Job job, String options) {
      say("  Kept: " + kept(job));
      say("  Resume: " + location.resumeCommand(id) + options);
    }

    /** The options without which the job would fail for the same reason again. */
    private static String optionsToChange(BulkOperationException failure) {
      String message = OptionNames.message(failure);
      StringBuilder options = new StringBuilder();
      if (message.contains(OptionNames.of(Setting.MAX_DISK_BYTES))) {
        options.append(" --max-disk=SIZE");
      }
      if (message.contains(OptionNames.of(Setting.MAX_ERRORS))) {
        options.append(" --max-errors=N");
      }
      return options.toString();
    }

    /** The job if it is stopped and the store keeps it. */
    Optional<Job> stopped() {
      return store.isDurable()
          ? stored().filter(job -> job.status() == JobStatus.STOPPED)
          : Optional.empty();
    }

    /** Says in place of an error that the user, or a signal, has stopped the job. */
    void sayItIsStopped(String operation, Job job) {
      int tasks = job.figures().partitions();
      String share = tasks == 0 ? "" : " at " + job.figures().done() * 100L / tasks + " %";
      say("ringhaul: " + operation + " was stopped" + share + "; kept: " + kept(job));
      say("  Resume: " + location.resumeCommand(id));
    }

    /** Such as {@code 22 of 24 tasks, with 2,740 rows}. */
    private static String kept(Job job) {
      return String.format(
          Locale.ROOT,
          "%,d of %s, with %s",
          job.figures().done(),
          Figures.count(job.figures().partitions(), "task", "tasks"),
          Figures.count(job.figures().rows(), "row", "rows"));
    }

    private void endedTooLate() {
      say("ringhaul: requests in flight did not finish in time; the process ends without them");
      if (store.isDurable()) {
        say("  Resume: " + location.resumeCommand(id));
      }
    }

    /** The job in the store; empty if the store itself fails. */
    private Optional<Job> stored() {
      try {
        return store.find(id);
      } catch (BulkOperationException e) {
        return Optional.empty();
      }
    }

    private void say(String line) {
      commandLine.getErr().println(line);
      commandLine.getErr().flush();
    }

    @Override
    public void close() {
      try {
        if (options.isPresent()) {
          store.close();
        }
      } finally {
        // After all else: a process that received a signal ends now.
        if (signals != null) {
          signals.close();
        }
      }
    }
  }
}
