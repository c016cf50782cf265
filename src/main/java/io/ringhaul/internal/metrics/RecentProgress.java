package io.ringhaul.internal.metrics;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How fast an operation has been of late, from the moments at which its progress was asked for. A
 * mean since the start would take the slow first seconds, and each change of the speed, into
 * account for hours; a mean of a few seconds would jump with each page. Thread-safe.
 */
final class RecentProgress {

  private static final long RATE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** The time left is estimated from the last quarter of the time so far, within these bounds. */
  private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(2);

  /** Moments closer to the one before are not kept. */
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  /** Before, the first requests are not answered yet, or hardly any. */
  private static final long LEAST_KNOWN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Moment(long nanos, long rows, double completed) {}

  /** Oldest first; the first moment of all is the start. */
  private final Deque<Moment> moments = new ArrayDeque<>();

  private long start;

  /**
   * What the moments so far and this one say.
   *
   * @param remaining empty if nothing was done of late, or if it is too early to tell
   */
  record Forecast(double rowsPerSecond, Optional<Duration> remaining) {}

  synchronized Forecast at(long nanos, long rows, double completed) {
    Moment now = new Moment(nanos, rows, completed);
    if (moments.isEmpty()) {
      start = nanos;
    }
    if (moments.isEmpty() || nanos - moments.getLast().nanos() >= STEP_NANOS) {
      moments.addLast(now);
    }
    long window = Math.max(LEAST_NANOS, Math.min(MOST_NANOS, (nanos - start) / 4));
    while (moments.size() > 1 && nanos - moments.getFirst().nanos() > window) {
      moments.removeFirst();
    }
    return new Forecast(rowsPerSecond(now), remaining(now));
  }

  private double rowsPerSecond(Moment now) {
    Moment from = moments.getFirst();
    for (Moment each : moments) {
      if (now.nanos() - each.nanos() <= RATE_NANOS) {
        from = each;
        break;
      }
    }
    double seconds = (now.nanos() - from.nanos()) / 1e9;
    return seconds <= 0 ? 0 : Math.max(0, (now.rows() - from.rows()) / seconds);
  }

  private Optional<Duration> remaining(Moment now) {
    if (now.completed() >= 1) {
      return Optional.of(Duration.ZERO);
    }
    Moment from = moments.getFirst();
    long nanos = now.nanos() - from.nanos();
    double gained = now.completed() - from.completed();
    if (nanos < LEAST_KNOWN_NANOS || gained <= 0) {
      return Optional.empty();
    }
    return Optional.of(Duration.ofNanos((long) (nanos * (1 - now.completed()) / gained)));
  }
}
