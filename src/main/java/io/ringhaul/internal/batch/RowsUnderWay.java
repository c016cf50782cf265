package io.ringhaul.internal.batch;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.batch.BulkUpserts.UpsertStep;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a bulk write that were sent one by one and have not come to their end. Thread-safe.
 */
final class RowsUnderWay {

  private final Queue<UpsertStep> next = new ArrayDeque<>();
  private int open;
  private @Nullable BulkOperationException failure;

  /** A request is about to be sent. */
  synchronized void begin() {
    open++;
  }

  /** The request has its answer, and all is done that follows from it. */
  synchronized void end() {
    open--;
    notifyAll();
  }

  /** The row takes another write, which is for the thread that gives the rows. */
  synchronized void again(UpsertStep step) {
    next.add(step);
  }

  /** The bulk write fails; the first failure is told. */
  synchronized void fail(BulkOperationException first) {
    failure = failure == null ? first : failure;
  }

  /** The next such write; null if none waits. */
  synchronized @Nullable UpsertStep next() {
    return next.poll();
  }

  /**
   * Looks whether the writing goes on.
   *
   * @throws BulkOperationException if it has failed
   */
  synchronized void requireSound() {
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Waits for all answers, or until there is another write to be sent.
   *
   * @return whether all is done
   * @throws BulkOperationException if the writing has failed
   */
  synchronized boolean await() throws InterruptedException {
    while (open > 0 && next.isEmpty() && failure == null) {
      wait();
    }
    requireSound();
    return next.isEmpty();
  }

  /** Waits for all answers, whatever they are. */
  synchronized void settle() throws InterruptedException {
    while (open > 0) {
      wait();
    }
  }

  /** What is in flight comes to its end before the caller hears of the failure. */
  RuntimeException ended(RuntimeException cause, BulkTally tally) throws InterruptedException {
    settle();
    try {
      tally.tell();
    } catch (RuntimeException e) {
      if (e != cause) {
        cause.addSuppressed(e);
      }
    }
    return cause;
  }
}
