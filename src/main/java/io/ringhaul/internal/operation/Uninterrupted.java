package io.ringhaul.internal.operation;

import io.ringhaul.internal.request.Failures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * Runs a step that must not be interrupted, such as a commit, because an interrupt would leave its
 * outcome unknown.
 */
final class Uninterrupted {

  private Uninterrupted() {}

  /**
   * Runs the step on a new thread and waits for it. An interrupt of the calling thread takes effect
   * after the step.
   *
   * @param doing the step at the start of a message, such as {@code The commit}
   */
  static <T> T call(String doing, Supplier<T> step) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(step.get());
              } catch (Throwable e) {
                // The waiting thread rethrows it.
                result.completeExceptionally(e);
              }
            },
            "ringhaul-end");
    thread.start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          Throwable cause = Failures.unwrap(e);
          if (cause instanceof Error error && !(error instanceof OutOfMemoryError)) {
            throw error;
          }
          throw Failures.notPassing(cause, doing);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
