package io.ringhaul.internal.request;

import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Slows those down who handle rows, to the rows and bytes allowed in a second. Thread-safe. */
final class RateLimits {

  private final long origin = System.nanoTime();
  private final @Nullable TokenBucket rows;
  private final @Nullable TokenBucket bytes;

  RateLimits(RequestLimits limits) {
    this.rows = bucket(limits.maxRowsPerSecond());
    this.bytes = bucket(limits.maxBytesPerSecond());
  }

  private static @Nullable TokenBucket bucket(long perSecond) {
    return perSecond == 0 ? null : new TokenBucket(perSecond, 0);
  }

  /** Takes rows and bytes, and waits until both are within their rates. */
  void take(long moreRows, long moreBytes) throws InterruptedException {
    if (rows == null && bytes == null) {
      return;
    }
    long now = System.nanoTime() - origin;
    long wait =
        Math.max(
            rows == null ? 0 : rows.take(moreRows, now),
            bytes == null ? 0 : bytes.take(moreBytes, now));
    if (wait > 0) {
      WorkerClock.during(Stage.WAIT, () -> TimeUnit.NANOSECONDS.sleep(wait));
    }
  }
}
