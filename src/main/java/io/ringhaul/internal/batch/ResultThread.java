package io.ringhaul.internal.batch;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Gives results to whoever waits for them on a thread of its own: on the driver's, one that sends
 * more from there would wait for a slot that only this thread can free. Thread-safe.
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
      // Whoever waits gets an answer all the same, and can send nothing more.
      task.run();
    }
  }

  /** Gives what has come so far, and ends. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
