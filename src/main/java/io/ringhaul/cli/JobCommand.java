package io.ringhaul.cli;

import io.ringhaul.OperationResult;
import io.ringhaul.exceptions.BulkOperationException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

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
}
