package io.ringhaul.batch;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a {@link BatchWriter} has done since it was made or since {@link BatchWriter#resetMetrics}.
 *
 * @param since how long that is
 * @param operations statements that were acknowledged
 * @param rows what was written, where statements that were added together count as one
 * @param bytes the size of the values written
 * @param atomic units of {@link BatchWriter#execute} that went out as one request
 * @param concurrent units of {@link BatchWriter#execute} that were sent one by one
 * @param logged acknowledged LOGGED batches
 * @param unlogged acknowledged UNLOGGED batches
 * @param counter acknowledged COUNTER batches
 * @param single acknowledged statements that went out alone
 * @param singlePartition of the acknowledged batches, those of one partition
 * @param overWarnThreshold acknowledged batches of whose size the server warned
 * @param retries requests that were sent again
 * @param fallbacks batches that were refused and sent again statement by statement
 * @param failures requests that failed in the end, by the kind of failure
 * @param inFlight requests without an answer just now
 * @param queued statements that wait in open batches just now
 * @param sizes statements to an acknowledged batch
 * @param latencies from sending to the acknowledgement, retries and pauses included, in
 *     microseconds; of batches and single statements
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

  /** See the record's parameters. */
  public BatchMetrics {
    failures = Map.copyOf(new TreeMap<>(failures));
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
   */
  public record Distribution(long count, long p50, long p95, long p99, long max) {}
}
