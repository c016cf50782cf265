package io.ringhaul.benchmarks.floors;

import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * Processes a list with a fixed number of elements in flight and starts the next element when one
 * ends, with the least possible overhead.
 */
final class InTurns<T> {

  private final Iterator<T> waiting;
  private final Function<T, CompletionStage<?>> work;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private int working;

  private InTurns(Iterator<T> waiting, Function<T, CompletionStage<?>> work) {
    this.waiting = waiting;
    this.work = work;
  }

  /** Runs the work for all elements and waits for its end. */
  static <T> void run(Iterable<T> pieces, int inFlight, Function<T, CompletionStage<?>> work)
      throws InterruptedException {
    InTurns<T> turns = new InTurns<>(pieces.iterator(), work);
    turns.working = inFlight;
    for (int i = 0; i < inFlight; i++) {
      turns.next();
    }
    try {
      turns.done.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("A request of a floor failed", e.getCause());
    }
  }

  private void next() {
    T piece;
    synchronized (this) {
      if (!waiting.hasNext()) {
        if (--working == 0) {
          done.complete(null);
        }
        return;
      }
      piece = waiting.next();
    }
    work.apply(piece)
        .whenComplete(
            (result, failure) -> {
              if (failure == null) {
                next();
              } else {
                done.completeExceptionally(failure);
              }
            });
  }
}
