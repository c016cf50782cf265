package io.ringhaul.batch;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a {@link BatchWriter} has done since it was made or since {@link BatchWriter#resetMetrics}.
 * A request is in all numbers or in none.
 *
 * @param since how long that is
 * @param operations statements that were acknowledged
 * @param rows what was written, where statements that were added together count as one
 * @param bytes the size of the values written; those of reads do not count
 * @param atomic units of {@link BatchWriter#execute} that went out as one request
 * @param concurrent units of {@link BatchWriter#execute} that went out as several requests at once:
 *     beside reads, or split
 * @param logged acknowledged LOGGED batches
 * @param unlogged acknowledged UNLOGGED batches
 * @param counter acknowledged COUNTER batches
 * @param single acknowledged statements that went out alone, reads included
 * @param singlePartition of the acknowledged batches, those of one partition
 * @param overWarnThreshold acknowledged batches of whose bytes or partitions the server warned
 * @param retries requests that were sent again
 * @param fallbacks batches that were refused and sent again statement by statement
 * @param failures requests that failed in the end, by the kind of failure, which is the name of the
 *     driver's exception without {@code Exception}, such as {@code WriteTimeout}; sorted. Of more
 *     than 32 kinds the rest are {@code Other}
 * @param inFlight requests that were sent and have no answer just now; whoever waits for a slot
 *     among them is not counted
 * @param queued statements that wait just now, in open batches or to be sent one by one as their
 *     batch was refused
 * @param sizes statements to an acknowledged batch
 * @param latencies from sending to the acknowledgement, retries and pauses included and the wait
 *     for a slot not, in microseconds; of batches and single statements. More than an hour counts
 *     as an hour
 */
public record BatchMetrics(
    Duration since,
    long operations,
    long rows,
    long bytes,
    long atomic,
    long concurrent,
    long logged,
    long unlogged,
    long counter,
    long single,
    long singlePartition,
    long overWarnThreshold,
    long retries,
    long fallbacks,
    Map<String, Long> failures,
    long inFlight,
    long queued,
    Distribution sizes,
    Distribution latencies) {

  public BatchMetrics {
    failures = Collections.unmodifiableMap(new TreeMap<>(failures));
  }

  /** Acknowledged batches of any type; single statements are not among them. */
  public long batches() {
    return logged + unlogged + counter;
  }

  /** Statements to a batch on average; 0 without batches. */
  public double averageSize() {
    return batches() == 0 ? 0 : (double) (operations - single) / batches();
  }

  /** The share of the batches that were of one partition, 0 to 1; 0 without batches. */
  public double singlePartitionShare() {
    return batches() == 0 ? 0 : (double) singlePartition / batches();
  }

  /** Rows per second over the whole time. */
  public double rowsPerSecond() {
    return perSecond(rows);
  }

  /** Bytes of values per second over the whole time. */
  public double bytesPerSecond() {
    return perSecond(bytes);
  }

  private double perSecond(long count) {
    return since.isZero() ? 0 : count * 1e9 / since.toNanos();
  }

  /**
   * Percentiles of what was recorded, within 0.1 % of the value; all 0 if nothing was.
   *
   * @param count how many values were recorded
   * @param total their sum
   */
  public record Distribution(long count, long total, long p50, long p95, long p99, long max) {

    /** The arithmetic mean; 0 if nothing was recorded. */
    public double mean() {
      return count == 0 ? 0 : (double) total / count;
    }
  }
}
