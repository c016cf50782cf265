package io.ringhaul.internal.operation;

import io.ringhaul.ImportResult;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.monitor.OperationTotals;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The results of imports, from what their jobs have recorded. */
final class ImportResults {

  private ImportResults() {}

  /**
   * The result of a job of which all tasks are done.
   *
   * @param totals the figures of the operation, those of earlier runs among them
   * @param rejects the file for rejected rows, if they are rejected
   * @param acknowledged how many rows the writer of this run has seen acknowledged
   * @throws BulkOperationException if they do not agree with what was recorded task by task
   */
  static ImportResult of(
      OperationJob job,
      String location,
      OperationTotals totals,
      long acknowledged,
      Optional<Path> rejects) {
    List<JobPartition> partitions = job.run().partitions();
    TaskFigures figures = TaskFigures.of(partitions);
    if (!figures.areWhole()
        || partitions.stream().anyMatch(each -> each.status() != PartitionStatus.DONE)
        || figures.written() != totals.rows()
        || acknowledged != totals.rows() - totals.earlierRows()) {
      throw new BulkOperationException(
          String.format(
              "The rows of the import from %s do not add up (%s, %d acknowledged, %s). Please"
                  + " report this",
              location, figures, acknowledged, totals));
    }
    return result(job.id(), location, totals, figures, rejects);
  }

  /** The result of a job that an earlier run has completed. */
  static ImportResult completed(Job job, JobStore store, Optional<Path> rejects) {
    String location =
        job.plan()
            .map(plan -> StoredImport.plan(plan, List.of()).location())
            .orElseThrow(
                () ->
                    new JobException(
                        job.id(),
                        "Job " + job.id() + " is completed, but its store has no plan of it",
                        null));
    TaskFigures figures = TaskFigures.of(store.partitions(job.id()));
    OperationTotals totals =
        new ProgressMeter(0, 0, 0, new Earlier(job.figures().done(), 0, 0, figures.written()))
            .totals(0);
    return result(job.id(), location, totals, figures, rejects);
  }

  private static ImportResult result(
      UUID jobId,
      String location,
      OperationTotals totals,
      TaskFigures figures,
      Optional<Path> rejects) {
    return new ImportResult(
        totals,
        jobId,
        location,
        figures.read(),
        figures.rejected(),
        rejects.filter(file -> figures.rejected() > 0),
        figures.expiredRows(),
        figures.expiredCells());
  }
}
