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
 * @param earlierRows how many of these rows an earlier run of the job has handled
 * @param bytes bytes handled so far, as {@link OperationTotals#bytes()} counts them
 * @param elapsed time since the start
 * @param completed the part of the work that is done, from 0 to 1
 * @param earlierCompleted what part of the work an earlier run of the job has done
 * @param inFlight requests without an answer just now
 * @param retries requests that were sent again so far
 */
public record Progress(
    int tasksDone,
    int tasks,
    long rows,
    long earlierRows,
    long bytes,
    Duration elapsed,
    double completed,
    double earlierCompleted,
    int inFlight,
    long retries) {

  /** The same with what the requests come to. */
  public Progress withRequests(int nowInFlight, long sentAgain) {
    return new Progress(
        tasksDone,
        tasks,
        rows,
        earlierRows,
        bytes,
        elapsed,
        completed,
        earlierCompleted,
        nowInFlight,
        sentAgain);
  }

  /** Rows of this run per second since its start. */
  public double rowsPerSecond() {
    double seconds = elapsed.toNanos() / 1e9;
    return seconds == 0 ? 0 : (rows - earlierRows) / seconds;
  }

  /** An estimate of the time left; empty until this run has done some of the work. */
  public Optional<Duration> remaining() {
    double now = completed - earlierCompleted;
    if (now <= 0) {
      return Optional.empty();
    }
    double left = elapsed.toNanos() * (1 - completed) / now;
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
