package io.ringhaul.monitor;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * A snapshot of an operation under way.
 *
 * @param tasksDone tasks that have ended
 * @param tasks tasks in all
 * @param rows rows handled so far
 * @param earlierRows how many of these rows an earlier run of the job has handled
 * @param bytes bytes handled so far, as {@link OperationTotals#bytes()} counts them
 * @param elapsed time since the start
 * @param completed the share of the work that is done, from 0 to 1, with what is done of running
 *     tasks: tokens for an export or a read, tokens of counted ranges for a count, bytes of the
 *     source for an import; 1 once all tasks have ended
 * @param rowsPerSecond rows of this run per second of late
 * @param remaining an estimate of the time left, from the share done of late; empty in the first
 *     seconds, and while nothing moves
 * @param inFlight requests without an answer
 * @param retries requests that were sent again so far
 * @param unanswered for how long the cluster has answered none of the requests in flight; zero
 *     without any
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
    Duration unanswered) {

  /** An answer that takes longer than this is worth a word. */
  private static final Duration LONG_WAIT = Duration.ofSeconds(3);

  /** Returns this progress with the figures of the requests. */
  public Progress withRequests(int nowInFlight, long sentAgain, Duration withoutAnswer) {
    return new Progress(
        tasksDone,
        tasks,
        rows,
        earlierRows,
        bytes,
        elapsed,
        completed,
        rowsPerSecond,
        remaining,
        nowInFlight,
        sentAgain,
        withoutAnswer);
  }

  /** Whether the cluster has answered no request for some seconds, although some are in flight. */
  public boolean isUnanswered() {
    return unanswered.compareTo(LONG_WAIT) >= 0;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.1f %%, %d/%d tasks, %,d rows, %,.0f rows/s%s%s",
        // Down, so that 100 % means done.
        Math.floor(completed * 1_000) / 10,
        tasksDone,
        tasks,
        rows,
        rowsPerSecond,
        remaining.map(left -> ", " + left.toSeconds() + " s left").orElse(""),
        isUnanswered() ? ", no answer for " + unanswered.toSeconds() + " s" : "");
  }
}
