package io.ringhaul.monitor;

import java.io.Serializable;
import java.time.Duration;

/**
 * What an operation did.
 *
 * @param rows rows counted, exported or written
 * @param earlierRows how many of these rows are of tasks that an earlier run of the job has done
 * @param bytes bytes received from the cluster (count, export) or bound and sent to it (import):
 *     the values' serialized size, before compression; of earlier runs of the job none
 * @param rangesPlanned token ranges to read; 0 for an import
 * @param rangesDone token ranges read to their end
 * @param tasks tasks that the work was divided into
 * @param retries requests that were sent again after a failure
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

  /** Rows of this run per second of its duration; 0 for an operation that took no time. */
  public double rowsPerSecond() {
    double seconds = duration.toNanos() / 1e9;
    return seconds == 0 ? 0 : (rows - earlierRows) / seconds;
  }
}
