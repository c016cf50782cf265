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
 * The pauses before requests are sent again, and whose they are: who waits for an answer must get
 * one, also when it all ends in a pause. Owns one thread. Thread-safe.
 */
// A future equals itself alone, which is just what is asked for here.
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
   * Goes on after the pause that follows a failed attempt.
   *
   * @param attempt its number, from 1
   * @param result what waits until it is {@linkplain #over told to be over}
   * @throws RejectedExecutionException if this has ended
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

  /** Somebody has what they waited for. */
  void over(CompletableFuture<?> result) {
    waiting.remove(result);
  }

  /** Ends the thread; says how many will never go on after their pause. */
  int end() {
    return thread.shutdownNow().size();
  }

  /** Tells all who still wait that it is in vain. */
  void fail(Throwable why) {
    waiting.forEach(result -> result.completeExceptionally(why));
  }

  /**
   * Waits, in the calling thread, as long as after a failed attempt.
   *
   * @return false if the thread was interrupted, and still is
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

  /** Exponential with jitter: between half and all of 100 ms x 2^(attempt - 1), 10 s at most. */
  private static long millis(int attempt) {
    long bound = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt - 1, 20));
    return ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
  }
}
