package io.ringhaul.cli;

import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.ResumeCommand;
import io.ringhaul.cli.jobs.StopOnSignal;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** The job that a command runs, and what is said of it on standard error. */
final class RunningJob implements AutoCloseable {

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
    say("  resume it with: " + ResumeCommand.of(id, location));
  }

  private void endedTooLate() {
    say("ringhaul: what is in flight does not end in time, so that the process ends without it");
    if (store.isDurable()) {
      say("  resume the job with: " + ResumeCommand.of(id, location));
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
