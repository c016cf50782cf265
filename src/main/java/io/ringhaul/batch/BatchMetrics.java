package io.ringhaul.batch;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Metrics of a {@link BatchWriter} since its creation or the last {@link BatchWriter#resetMetrics}.
 * Each request is contained in all numbers or in none.
 *
 * @param since the time since then
 * @param operations acknowledged statements
 * @param rows acknowledged writes; statements added together count as one
 * @param bytes the size of the written values; reads do not count
 * @param atomic units of {@link BatchWriter#execute} that were sent as one request
 * @param concurrent units of {@link BatchWriter#execute} that were sent as several concurrent
 *     requests, because they contain reads or were split
 * @param logged acknowledged LOGGED batches
 * @param unlogged acknowledged UNLOGGED batches
 * @param counter acknowledged COUNTER batches
 * @param single acknowledged statements that were sent alone, including reads
 * @param singlePartition acknowledged batches of one partition
 * @param overWarnThreshold acknowledged batches for which the server warned of the bytes or the
 *     partitions
 * @param retries resent requests
 * @param fallbacks rejected batches whose statements were sent again one by one
 * @param failures requests whose last attempt failed, by kind of failure: the name of the driver's
 *     exception without {@code Exception}, such as {@code WriteTimeout}; sorted. At most 32 kinds
 *     are distinguished; others count as {@code Other}
 * @param inFlight current requests in flight, without those that wait for a slot
 * @param queued statements in open batches, and statements of rejected batches that wait to be sent
 *     alone
 * @param sizes statements per acknowledged batch
 * @param latencies time from sending to acknowledgement of batches and single statements, in
 *     microseconds; includes retries and the pauses between them, excludes the wait for a slot.
 *     Recorded up to one hour
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

  /** Acknowledged batches of all types, without single statements. */
  public long batches() {
    return logged + unlogged + counter;
  }

  /** The mean number of statements per batch; 0 without batches. */
  public double averageSize() {
    return batches() == 0 ? 0 : (double) (operations - single) / batches();
  }

  /** The share of batches with one partition, 0 to 1; 0 without batches. */
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
   * Percentiles of recorded values, within 0.1 % of the value; all 0 without values.
   *
   * @param count number of values
   * @param total their sum
   */
  public record Distribution(long count, long total, long p50, long p95, long p99, long max) {

    /** The arithmetic mean; 0 if nothing was recorded. */
    public double mean() {
      return count == 0 ? 0 : (double) total / count;
    }
  }
}
