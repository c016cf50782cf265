package io.ringhaul.batch;

import io.ringhaul.batch.BulkTally.Finding;
import io.ringhaul.batch.BulkTally.Given;
import io.ringhaul.exceptions.BulkOperationException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a bulk write that were sent one by one and have not come to their end. Thread-safe.
 */
final class RowsUnderWay {

  /** A row that is to be written over what there is, and what was found of it. */
  record Second(Given row, Finding finding) {}

  private final Queue<Second> seconds = new ArrayDeque<>();
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

  /** The row takes a second write, which is for the thread that gives the rows. */
  synchronized void again(Second second) {
    seconds.add(second);
  }

  /** The bulk write fails; the first failure is told. */
  synchronized void fail(BulkOperationException first) {
    failure = failure == null ? first : failure;
  }

  /** The next second write; null if none waits. */
  synchronized @Nullable Second next() {
    return seconds.poll();
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
   * Waits for all answers, or until there is a second write to be sent.
   *
   * @return whether all is done
   * @throws BulkOperationException if the writing has failed
   */
  synchronized boolean await() throws InterruptedException {
    while (open > 0 && seconds.isEmpty() && failure == null) {
      wait();
    }
    requireSound();
    return seconds.isEmpty();
  }

  /** Waits for all answers, whatever they are. */
  synchronized void settle() throws InterruptedException {
    while (open > 0) {
      wait();
    }
  }
}
