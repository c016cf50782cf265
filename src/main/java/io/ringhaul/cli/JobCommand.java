package io.ringhaul.cli;

import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.StopOnSignal;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** A command whose operation is kept as a job, so that it can be stopped and resumed. */
abstract class JobCommand<R extends OperationResult> extends OperationCommand<R> {

  @Mixin private JobRunOptions jobs = new JobRunOptions();

  private @Nullable RunningJob job;

  /** The job that it runs as; empty while its settings are only looked at. */
  final Optional<RunningJob> runningJob() {
    return Optional.ofNullable(job);
  }

  private RunningJob job() {
    return Objects.requireNonNull(job);
  }

  @Override
  final int run(ResultReport report) {
    try (RunningJob running = open(report)) {
      job = running;
      report.add("jobId", running.id().toString());
      try {
        return super.run(report);
      } catch (BulkOperationException e) {
        return running.failed(e);
      }
    }
  }

  private RunningJob open(ResultReport report) {
    try {
      return jobs.open(spec());
    } catch (BulkOperationException e) {
      report.failed(e);
      throw e;
    }
  }

  @Override
  final void begin() {
    job().begin(spec().name() + " " + table());
  }

  @Override
  final void progressed(long rows) {
    job().progressed(rows);
  }

  /** How an operation is kept as a job. */
  private static final class JobRunOptions {

    @Mixin private OptionValues.JobStoreOption store = new OptionValues.JobStoreOption();

    @Option(
        names = "--job-id",
        paramLabel = "UUID",
        converter = OptionValues.JobId.class,
        description = "Names the job. Default: a new random id.")
    private @Nullable UUID id;

    @Option(
        names = "--job-name",
        paramLabel = "TEXT",
        description = "What people call the job. Default: the operation and the table.")
    private @Nullable String name;

    @Option(
        names = "--job-description",
        paramLabel = "TEXT",
        description = "What the job is for, for people.")
    private @Nullable String description;

    @Option(
        names = "--job-label",
        paramLabel = "KEY=VALUE",
        description = "A label of the job; repeatable.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
        names = "--resume",
        description =
            "Takes the job of --job-id up: what is done is not done again. A job that the store"
                + " does not have is begun. See also 'ringhaul jobs resume'.")
    private boolean resume;

    /** Opens the store. */
    RunningJob open(CommandSpec command) {
      JobStoreLocation location = store.location();
      if (resume && id == null) {
        throw new InvalidSettingException("--resume", "--resume takes the job's --job-id");
      }
      if (resume && location.isNone()) {
        throw new InvalidSettingException(
            "--resume", "--resume takes a job store, and --job-store is none");
      }
      // Who names a job wants it kept, and that one taken up: in memory it would begin anew.
      JobStore opened =
          id == null ? location.openOrWarn(command.commandLine().getErr()) : location.open();
      JobOptions options =
          JobOptions.in(opened).madeBy(StoredCommand.of(command)).namingSettings(OptionNames::of);
      options = name == null ? options : options.named(name);
      options = description == null ? options : options.describedAs(description);
      for (Map.Entry<String, String> label : labels.entrySet()) {
        options = options.labelled(label.getKey(), label.getValue());
      }
      options = resume ? options.resuming() : options;
      return new RunningJob(
          location,
          opened,
          Objects.requireNonNullElseGet(id, UUID::randomUUID),
          options,
          command.commandLine());
    }
  }

  /** The job that a command runs, and what is said of it on standard error. */
  static final class RunningJob implements AutoCloseable {

    private final JobStoreLocation location;
    private final JobStore store;
    private final UUID id;
    private final JobOptions options;
    private final CommandLine commandLine;
    private @Nullable StopOnSignal signals;

    RunningJob(
        JobStoreLocation location,
        JobStore store,
        UUID id,
        JobOptions options,
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

    void apply(ExportRequest request) {
      request.job(options).jobId(id);
    }

    void apply(ImportRequest request) {
      request.job(options).jobId(id);
    }

    /** From here on a signal stops the job. */
    void begin(String operation) {
      if (store.isDurable()) {
        say(operation + ": job " + id);
      }
      signals = StopOnSignal.of(store, id, this::endedTooLate);
    }

    /** So many rows are handled by now. */
    void progressed(long rows) {
      StopOnSignal listening = signals;
      if (listening != null) {
        listening.progressed(rows);
      }
    }

    /**
     * Says what failed, and how the job goes on.
     *
     * @return the exit code
     */
    int failed(BulkOperationException failure) {
      FailureReport.tell(commandLine, failure);
      if (store.isDurable()) {
        if (!(failure instanceof JobException)) {
          stored().filter(RunningJob::goesOn).ifPresent(this::sayHowItGoesOn);
        }
      } else if (failure instanceof JobStoppedException) {
        failure
            .partialResult()
            .ifPresent(
                totals -> say(String.format(Locale.ROOT, "  so far: %,d rows", totals.rows())));
        say("  The job was kept in memory only and cannot be resumed: see --job-store");
      }
      return ExitCode.of(failure);
    }

    /** A job that failed before it was planned is begun again as well as resumed. */
    private static boolean goesOn(Job job) {
      return job.status() == JobStatus.STOPPED
          || (job.status() != JobStatus.COMPLETED && job.figures().partitions() > 0);
    }

    private void sayHowItGoesOn(Job job) {
      say(
          String.format(
              Locale.ROOT,
              "  so far: %,d of %,d partitions are done, with %,d rows",
              job.figures().done(),
              job.figures().partitions(),
              job.figures().rows()));
      say("  resume it with: " + location.resumeCommand(id));
    }

    private void endedTooLate() {
      say("ringhaul: what is in flight does not end in time, so that the process ends without it");
      if (store.isDurable()) {
        say("  resume the job with: " + location.resumeCommand(id));
      }
    }

    /** The store may be what has failed. */
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
        store.close();
      } finally {
        // Last: a process that was asked to end does so now.
        if (signals != null) {
          signals.close();
        }
      }
    }
  }
}
