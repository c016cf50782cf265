package io.ringhaul.monitor;

import io.ringhaul.limits.Pause;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * A snapshot of a running operation.
 *
 * @param tasksDone completed tasks
 * @param tasks all tasks; after the last task of an export to a partitioned Iceberg table also the
 *     steps that write its data files
 * @param rows rows handled so far
 * @param earlierRows the part of these rows from earlier runs of the job
 * @param bytes bytes handled so far, as {@link OperationTotals#bytes()} counts them
 * @param elapsed time since the start
 * @param completed the completed share, from 0 to 1, including parts of running tasks: tokens for
 *     an export or a read, tokens of counted ranges for a count, bytes of the source for an import;
 *     1 once all tasks have ended
 * @param rowsPerSecond rows of this run per second, over the last seconds
 * @param remaining the estimated remaining time, from the recent speed; empty in the first seconds,
 *     and without recent progress
 * @param inFlight requests in flight
 * @param retries retried requests so far
 * @param unanswered the time since the last answer while requests are in flight; zero without
 *     requests in flight
 * @param limitedBy what limited the operation in about the last ten seconds; empty while unknown
 *     and without monitoring
 * @param health the health of the operation
 * @param pause why and until when the operation is paused; empty if it is not
 */
public record Progress(
    int tasksDone,
    int tasks,
    long rows,
    long earlierRows,
    long bytes,
    Duration elapsed,
    double completed,
    double rowsPerSecond,
    Optional<Duration> remaining,
    int inFlight,
    long retries,
    Duration unanswered,
    Optional<LimitingFactor> limitedBy,
    Health health,
    Optional<Pause> pause) {

  /** A longer time without an answer is shown. */
  private static final Duration LONG_WAIT = Duration.ofSeconds(3);

  /** Returns this progress with figures of requests. */
  public Progress withRequests(int nowInFlight, long sentAgain, Duration withoutAnswer) {
    return with(remaining, nowInFlight, sentAgain, withoutAnswer, limitedBy, health, pause);
  }

  /**
   * Returns this progress with what limits the operation and its health. While it is stalled or
   * paused the remaining time is unknown.
   */
  public Progress withCondition(
      Optional<LimitingFactor> limitingFactor, Health nowHealth, Optional<Pause> nowPause) {
    boolean moves =
        nowHealth.state() != Health.State.STALLED && nowHealth.state() != Health.State.PAUSED;
    return with(
        moves ? remaining : Optional.empty(),
        inFlight,
        retries,
        unanswered,
        limitingFactor,
        nowHealth,
        nowPause);
  }

  private Progress with(
      Optional<Duration> left,
      int nowInFlight,
      long sentAgain,
      Duration withoutAnswer,
      Optional<LimitingFactor> limitingFactor,
      Health nowHealth,
      Optional<Pause> nowPause) {
    return new Progress(
        tasksDone,
        tasks,
        rows,
        earlierRows,
        bytes,
        elapsed,
        completed,
        rowsPerSecond,
        left,
        nowInFlight,
        sentAgain,
        withoutAnswer,
        limitingFactor,
        nowHealth,
        nowPause);
  }

  /** Whether requests are in flight and the cluster has answered none for three seconds. */
  public boolean isUnanswered() {
    return unanswered.compareTo(LONG_WAIT) >= 0;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.1f %%, %d/%d tasks, %,d rows, %,.0f rows/s%s%s",
        // Rounded down, so that 100 % means complete.
        Math.floor(completed * 1_000) / 10,
        tasksDone,
        tasks,
        rows,
        rowsPerSecond,
        remaining.map(left -> ", " + left.toSeconds() + " s left").orElse(""),
        isUnanswered() ? ", no answer for " + unanswered.toSeconds() + " s" : "");
  }
}
