package io.ringhaul.internal.batch;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Completes results on a thread of its own. On a driver thread, a callback that sends more requests
 * could wait for a slot that only that driver thread can free. Thread-safe.
 */
public final class ResultThread implements AutoCloseable {

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "ringhaul-results");
            made.setDaemon(true);
            return made;
          });

  /** Returns the result, completed on this thread. */
  public <T> CompletionStage<T> giving(CompletionStage<T> result) {
    return result.whenCompleteAsync((value, failed) -> {}, this::run);
  }

  private void run(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException closed) {
      // The writer is closed: callbacks cannot send anything, so completing on this thread is safe.
      task.run();
    }
  }

  /** Completes the pending results and ends the thread. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
