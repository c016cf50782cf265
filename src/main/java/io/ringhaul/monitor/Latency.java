package io.ringhaul.monitor;

/**
 * Durations of events within a sample.
 *
 * @param count the number of events
 * @param meanMillis the mean, in milliseconds; 0 without events, as the others
 * @param p50Millis the median
 * @param p99Millis the 99th percentile
 * @param maxMillis the maximum
 */
public record Latency(
    long count, double meanMillis, double p50Millis, double p99Millis, double maxMillis) {

  /** The latency without events. */
  public static final Latency NONE = new Latency(0, 0, 0, 0, 0);
}
