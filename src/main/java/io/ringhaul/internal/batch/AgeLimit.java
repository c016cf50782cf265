package io.ringhaul.internal.batch;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends batches that have waited long enough for more. Owns a thread, if there is a limit. */
public final class AgeLimit implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AgeLimit.class);

  /** A batch is sent at most a quarter later than it should. */
  private static final int LOOKS_TO_AN_AGE = 4;

  private final @Nullable ScheduledExecutorService thread;

  private AgeLimit(@Nullable ScheduledExecutorService thread) {
    this.thread = thread;
  }

  /**
   * Begins to look.
   *
   * @param maxAge zero for no limit
   */
  public static AgeLimit start(StatementStream stream, Duration maxAge) {
    if (maxAge.isZero()) {
      return new AgeLimit(null);
    }
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread made = new Thread(task, "ringhaul-batch-age");
              made.setDaemon(true);
              return made;
            });
    long age = maxAge.toNanos();
    long pause = Math.max(1, age / LOOKS_TO_AN_AGE);
    thread.scheduleWithFixedDelay(() -> sendOld(stream, age), pause, pause, TimeUnit.NANOSECONDS);
    return new AgeLimit(thread);
  }

  private static void sendOld(StatementStream stream, long age) {
    try {
      stream.sendOlderThan(age);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The stream keeps it for whoever adds or flushes next.
      LOG.debug("A batch that had waited long could not be sent", e);
    }
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.shutdownNow();
    }
  }
}
