package io.ringhaul.progress;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * A snapshot of an operation under way.
 *
 * @param tasksDone tasks that have ended
 * @param tasks tasks in all
 * @param rows rows handled so far
 * @param bytes bytes handled so far, as {@link OperationTotals#bytes()} counts them
 * @param elapsed time since the start
 * @param completed the part of the work that is done, from 0 to 1
 */
public record Progress(
    int tasksDone, int tasks, long rows, long bytes, Duration elapsed, double completed) {

  /** Rows per second since the start. */
  public double rowsPerSecond() {
    double seconds = elapsed.toNanos() / 1e9;
    return seconds == 0 ? 0 : rows / seconds;
  }

  /** An estimate of the time left; empty until some of the work is done. */
  public Optional<Duration> remaining() {
    if (completed <= 0) {
      return Optional.empty();
    }
    double left = elapsed.toNanos() * (1 - completed) / completed;
    return Optional.of(Duration.ofNanos((long) left));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d/%d tasks, %,d rows, %,.0f rows/s%s",
        tasksDone,
        tasks,
        rows,
        rowsPerSecond(),
        remaining().map(left -> ", " + Math.max(left.toSeconds(), 0) + " s left").orElse(""));
  }
}
