package io.ringhaul.monitor;

import java.io.Serializable;
import java.time.Duration;
import java.util.Collection;

/**
 * The totals of an operation.
 *
 * @param rows rows counted, exported or written
 * @param earlierRows the part of these rows from tasks of earlier runs of the job
 * @param bytes bytes received from the cluster (count, export) or bound and sent to it (import):
 *     the serialized size of the values, before compression; excludes earlier runs of the job
 * @param rangesPlanned token ranges to read; 0 for an import
 * @param rangesDone token ranges read completely
 * @param tasks the number of tasks
 * @param retries retried requests
 * @param duration from the first request to the end of the commit
 */
public record OperationTotals(
    long rows,
    long earlierRows,
    long bytes,
    int rangesPlanned,
    int rangesDone,
    int tasks,
    long retries,
    Duration duration)
    implements Serializable {

  /** Returns the sums of the figures of operations that ran one after the other. */
  public static OperationTotals sum(Collection<OperationTotals> all) {
    return new OperationTotals(
        all.stream().mapToLong(OperationTotals::rows).sum(),
        all.stream().mapToLong(OperationTotals::earlierRows).sum(),
        all.stream().mapToLong(OperationTotals::bytes).sum(),
        all.stream().mapToInt(OperationTotals::rangesPlanned).sum(),
        all.stream().mapToInt(OperationTotals::rangesDone).sum(),
        all.stream().mapToInt(OperationTotals::tasks).sum(),
        all.stream().mapToLong(OperationTotals::retries).sum(),
        all.stream().map(OperationTotals::duration).reduce(Duration.ZERO, Duration::plus));
  }

  /** Rows of this run per second; 0 for a duration of zero. */
  public double rowsPerSecond() {
    double seconds = duration.toNanos() / 1e9;
    return seconds == 0 ? 0 : (rows - earlierRows) / seconds;
  }
}
