package io.ringhaul.internal.batch;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.batch.BulkUpserts.UpsertStep;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a bulk write that were sent as single requests and have no final outcome.
 * Thread-safe.
 */
final class RowsUnderWay {

  private final Queue<UpsertStep> next = new ArrayDeque<>();
  private int open;
  private @Nullable BulkOperationException failure;

  /** Registers a request before it is sent. */
  synchronized void begin() {
    open++;
  }

  /** Unregisters a request after its response was handled. */
  synchronized void end() {
    open--;
    notifyAll();
  }

  /** Queues another attempt, which the calling thread of the bulk write sends. */
  synchronized void again(UpsertStep step) {
    next.add(step);
  }

  /** Fails the bulk write; later failures are ignored. */
  synchronized void fail(BulkOperationException first) {
    failure = failure == null ? first : failure;
  }

  /** Takes the next queued attempt; null if none waits. */
  synchronized @Nullable UpsertStep next() {
    return next.poll();
  }

  /**
   * Throws if the bulk write has failed.
   *
   * @throws BulkOperationException if so
   */
  synchronized void requireSound() {
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Waits for all responses, or until another attempt is queued.
   *
   * @return whether all rows have a final outcome
   * @throws BulkOperationException if the bulk write has failed
   */
  synchronized boolean await() throws InterruptedException {
    while (open > 0 && next.isEmpty() && failure == null) {
      wait();
    }
    requireSound();
    return next.isEmpty();
  }

  /** Waits for all responses, including failures. */
  synchronized void settle() throws InterruptedException {
    while (open > 0) {
      wait();
    }
  }

  /**
   * Waits for the requests in flight and passes rejects to the consumer before the failure is
   * thrown.
   */
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
