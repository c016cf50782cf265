package io.ringhaul.internal.request;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Schedules retries after pauses, and fails the pending ones on close so that every request gets a
 * result. Owns one thread. Thread-safe.
 */
// Futures are compared by identity, as intended here.
@SuppressWarnings("CollectionUndefinedEquality")
final class RetryPauses {

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "ringhaul-retry");
            thread.setDaemon(true);
            return thread;
          });
  private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();

  /**
   * Runs a retry after the pause for a failed attempt.
   *
   * @param attempt number of the failed attempt, from 1
   * @param result the result of the request, pending until {@link #over} is called
   * @throws RejectedExecutionException after {@link #end()}
   */
  void after(int attempt, CompletableFuture<?> result, Runnable next) {
    waiting.add(result);
    try {
      thread.schedule(next, millis(attempt), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      waiting.remove(result);
      throw e;
    }
  }

  /** Marks a request as no longer pending. */
  void over(CompletableFuture<?> result) {
    waiting.remove(result);
  }

  /** Stops the thread and returns the number of retries that will not run. */
  int end() {
    return thread.shutdownNow().size();
  }

  /** Fails all pending requests. */
  void fail(Throwable why) {
    waiting.forEach(result -> result.completeExceptionally(why));
  }

  /**
   * Pauses the calling thread for a failed attempt.
   *
   * @return false if the thread was interrupted; the interrupt status is set again
   */
  static boolean pause(int attempt) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis(attempt));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Exponential with jitter: between half and all of 100 ms x 2^(attempt - 1), at most 10 s. */
  private static long millis(int attempt) {
    long bound = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt - 1, 20));
    return ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
  }
}
