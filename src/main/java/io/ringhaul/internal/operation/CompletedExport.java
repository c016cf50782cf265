package io.ringhaul.internal.operation;

import io.ringhaul.ExportResult;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.job.Job;

/** The result of an export that an earlier run has completed. */
final class CompletedExport {

  private CompletedExport() {}

  static ExportResult result(Job job) {
    CommitResult committed =
        job.plan()
            .flatMap(plan -> StoredExport.parse(plan).result())
            .orElseThrow(
                () ->
                    new JobException(
                        job.id(),
                        "Job " + job.id() + " is completed, but its store has no result of it",
                        null));
    ProgressMeter meter =
        new ProgressMeter(0, 0, 0, new Earlier(job.figures().done(), 0, 0, job.figures().rows()));
    return new ExportResult(
        meter.totals(0),
        job.id(),
        committed.location(),
        committed.files(),
        committed.fileBytes(),
        committed.snapshotId(),
        job.figures().rejectedRows());
  }
}
