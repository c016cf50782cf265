package io.ringhaul.monitor;

/**
 * How long something took within the time of a sample.
 *
 * @param count how often it happened
 * @param p50Millis the median, in milliseconds; 0 if it did not happen, as the others are
 * @param p99Millis the 99th percentile
 * @param maxMillis the longest
 */
public record Latency(long count, double p50Millis, double p99Millis, double maxMillis) {

  /** Of what did not happen. */
  public static final Latency NONE = new Latency(0, 0, 0, 0);
}
