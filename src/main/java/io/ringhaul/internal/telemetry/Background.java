package io.ringhaul.internal.telemetry;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads beside those of an operation, which look after it. None of them keeps the process alive.
 */
public final class Background {

  private static final Logger LOG = LoggerFactory.getLogger(Background.class);

  private Background() {}

  /** Makes threads of that name. */
  public static ThreadFactory threads(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** A thread that does things again and again, or later. */
  public static ScheduledExecutorService clock(String name) {
    return Executors.newSingleThreadScheduledExecutor(threads(name));
  }

  /**
   * A task for a clock that is done again whatever it throws: one that fails in a moment without
   * memory must not be given up for the rest of the operation. The first failure is logged.
   *
   * @param what does not happen if it fails, for the log
   */
  public static Runnable lasting(String what, Runnable task) {
    AtomicBoolean hasFailed = new AtomicBoolean();
    return () -> {
      try {
        task.run();
      } catch (Throwable e) {
        if (!hasFailed.getAndSet(true)) {
          LOG.warn(
              "{} failed; the operation goes on, it is tried again, and further failures are not"
                  + " logged: {}",
              what,
              e.toString(),
              // Where memory was short says nothing of the reason.
              e instanceof OutOfMemoryError ? null : e);
        }
      }
    };
  }

  /**
   * Waits for the end of threads that were told to end, and interrupts those that do not. An
   * interrupt from before is kept for later; one meanwhile ends the wait.
   *
   * @return whether they have ended by themselves
   */
  public static boolean awaitEnd(ExecutorService threads, Duration most) {
    boolean interrupted = Thread.interrupted();
    try {
      return threads.awaitTermination(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
      return false;
    } finally {
      threads.shutdownNow();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
