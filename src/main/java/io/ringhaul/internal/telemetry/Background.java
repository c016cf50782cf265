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
 * Daemon threads that serve an operation beside its own threads. They do not keep the process
 * alive.
 */
public final class Background {

  private static final Logger LOG = LoggerFactory.getLogger(Background.class);

  private Background() {}

  /** Returns a factory of daemon threads with this name. */
  public static ThreadFactory threads(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Returns an executor with one thread for delayed and periodic tasks. */
  public static ScheduledExecutorService clock(String name) {
    return Executors.newSingleThreadScheduledExecutor(threads(name));
  }

  /**
   * Wraps a periodic task so that an exception or error does not end its schedule: one failure,
   * such as a momentary lack of memory, must not stop the task for the rest of the operation. The
   * first failure is logged.
   *
   * @param what the subject of the log message, such as {@code A sample}
   */
  public static Runnable lasting(String what, Runnable task) {
    AtomicBoolean hasFailed = new AtomicBoolean();
    return () -> {
      try {
        task.run();
      } catch (Throwable e) {
        if (!hasFailed.getAndSet(true)) {
          LOG.warn(
              "{} failed; the operation continues, the next attempt follows, and further failures"
                  + " are not logged: {}",
              what,
              e.toString(),
              // The stack trace of an OutOfMemoryError does not show what used the memory.
              e instanceof OutOfMemoryError ? null : e);
        }
      }
    };
  }

  /**
   * Waits until the threads of a shut-down executor end, and interrupts those that do not end in
   * time. An interrupt of the caller, from before or during the call, does not shorten the wait and
   * is restored afterwards: an operation that was cancelled and then closed is interrupted twice,
   * and what its threads still have to do, such as the last sample, must not be lost.
   *
   * @return whether the threads ended without being interrupted here
   */
  public static boolean awaitEnd(ExecutorService threads, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return threads.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      threads.shutdownNow();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
