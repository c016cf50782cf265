package io.ringhaul.internal.tuning;

import io.ringhaul.exceptions.InvalidSettingException;
import java.time.Duration;

/**
 * The maximum latency of a probe beside a job; above it the job is slowed down.
 *
 * @param p99 the maximum 99th percentile of the probe's latency, 1 ms to 1 minute
 * @param over the time window of the percentile, 1 s to 10 minutes
 */
public record LatencyBound(Duration p99, Duration over) {

  /**
   * The default window: long enough for a meaningful percentile, short enough to follow live
   * traffic.
   */
  public static final Duration USUAL_TIME = Duration.ofSeconds(10);

  /**
   * Checks the values.
   *
   * @throws InvalidSettingException if one is out of its bounds
   */
  public LatencyBound {
    require("percentile", p99, Duration.ofMillis(1), Duration.ofMinutes(1));
    require("time", over, Duration.ofSeconds(1), Duration.ofMinutes(10));
  }

  private static void require(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new InvalidSettingException(
          "protectLatency",
          String.format(
              "protectLatency has %s as its %s; it takes %s to %s", value, what, least, most));
    }
  }
}
