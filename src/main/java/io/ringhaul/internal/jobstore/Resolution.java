package io.ringhaul.internal.jobstore;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a metric is kept: the first value of each minute permanently, the first of each ten
 * seconds for two hours, the others for ten minutes.
 */
enum Resolution {
  SECOND(1, Optional.of(Duration.ofMinutes(10)), 0.3),
  TEN_SECONDS(10, Optional.of(Duration.ofHours(2)), 0.3),
  MINUTE(60, Optional.empty(), 0.375);

  /** Rows have it as a number. */
  private final int seconds;

  private final Optional<Duration> kept;
  private final double share;

  Resolution(int seconds, Optional<Duration> kept, double share) {
    this.seconds = seconds;
    this.kept = kept;
    this.share = share;
  }

  /** Of a value of a series whose value before was measured at this time, in milliseconds. */
  static Resolution after(long before, long time) {
    if (MINUTE.divides(before, time)) {
      return MINUTE;
    }
    return TEN_SECONDS.divides(before, time) ? TEN_SECONDS : SECOND;
  }

  private boolean divides(long before, long time) {
    long length = seconds * 1000L;
    return Math.floorDiv(before, length) != Math.floorDiv(time, length);
  }

  int seconds() {
    return seconds;
  }

  /** How old a value may become, if there is an end to it. */
  Optional<Duration> kept() {
    return kept;
  }

  /** Its part of all values that are kept of a job; what is left is for those not yet counted. */
  double share() {
    return share;
  }
}
