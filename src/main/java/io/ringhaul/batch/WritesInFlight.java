package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.OpenBatches.Batch;
import io.ringhaul.batch.OpenBatches.Unit;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.statement.WriteKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How many requests of a writer have no answer yet, and what has gone wrong. Thread-safe. */
final class WritesInFlight {

  private final DoubtfulWrites doubtful;

  /** What was in batches that were refused, each to be sent alone. */
  private final Queue<Batch> alone = new ArrayDeque<>();

  /** So many doubts have been told to whoever writes. */
  private int told;

  /** Whether the failure was told. */
  private boolean isFailureTold;

  private @Nullable Thread ownThread;

  private int all;
  private int once;
  private boolean closed;
  private @Nullable BulkOperationException failure;

  /**
   * @param rowNames names the row of a statement, for people
   */
  WritesInFlight(Function<BatchableStatement<?>, String> rowNames) {
    this.doubtful = new DoubtfulWrites(rowNames);
  }

  /**
   * A request is about to be sent: to be called before anybody could take its batch for one that is
   * neither open nor under way.
   */
  synchronized void begin(WriteKind kind) {
    all++;
    once += kind.isRepeatable() ? 0 : 1;
  }

  /** The request has its answer, and all is done that follows from it. */
  synchronized void end(WriteKind kind) {
    all--;
    once -= kind.isRepeatable() ? 0 : 1;
    notifyAll();
  }

  /** The writer fails; the first failure is the one that is told, and doubts that were too many. */
  synchronized void fail(BulkOperationException first) {
    if (failure == null && !doubtful.isFull()) {
      failure = first;
    }
  }

  synchronized void doubt(Batch batch, Throwable failed) {
    List<BatchableStatement<?>> firsts = new ArrayList<>(batch.units().size());
    batch.units().forEach(unit -> firsts.add(unit.statements().get(0)));
    doubtful.add(firsts, failed);
  }

  /** What was in a refused batch waits to be sent alone. */
  synchronized void divide(Batch batch) {
    for (Unit unit : batch.units()) {
      alone.add(new Batch(batch.slot(), List.of(unit)));
    }
  }

  /** What is to be sent alone, as begun; null if nothing waits. */
  synchronized @Nullable Batch nextAlone() {
    Batch next = alone.poll();
    if (next != null) {
      begin(next.slot().kind());
    }
    return next;
  }

  /**
   * Waits for all answers, or until something is to be sent alone.
   *
   * @return whether all is done
   * @throws BulkOperationException if the writer has failed
   */
  synchronized boolean await() throws InterruptedException {
    while (all > 0 && alone.isEmpty()) {
      wait();
    }
    requireSound();
    return alone.isEmpty();
  }

  /**
   * Looks at the writes that must not be done twice.
   *
   * @throws UnknownWriteOutcomeException if some are in doubt
   */
  synchronized void requireNoneInDoubt() {
    if (!doubtful.isEmpty()) {
      told = doubtful.size();
      throw doubtful.exception(null);
    }
  }

  /**
   * The same for doubts that were not told yet.
   *
   * @throws UnknownWriteOutcomeException if there are some
   */
  synchronized void requireNoNewDoubts() {
    if (doubtful.size() > told) {
      requireNoneInDoubt();
    }
  }

  /**
   * Looks at what has gone wrong and was told to nobody, as it became known to other threads.
   *
   * @throws BulkOperationException if there is something
   */
  synchronized void requireAllTold() {
    boolean isUntold = (failure != null && !isFailureTold) || doubtful.size() > told;
    if (!closed && isUntold) {
      requireSound();
    }
  }

  /** The current thread is the writer's own: what is thrown to it nobody hears. */
  synchronized void isOwnThread() {
    ownThread = Thread.currentThread();
  }

  private void noteTold() {
    if (!Thread.currentThread().equals(ownThread)) {
      isFailureTold = failure != null;
      told = doubtful.size();
    }
  }

  /** Waits for the answers to writes that must not be done twice; which of them are in doubt. */
  synchronized Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    while (once > 0) {
      wait();
    }
    if (doubtful.isEmpty()) {
      return Optional.empty();
    }
    noteTold();
    return Optional.of(doubtful.exception(failure));
  }

  /** Waits for all answers, whatever they are. */
  synchronized void awaitAnswers() throws InterruptedException {
    while (all > 0) {
      wait();
    }
  }

  /** Takes nothing more; whether the writer had not failed by then. */
  synchronized boolean close() {
    closed = true;
    return failure == null;
  }

  /** Whether the writing goes on. */
  synchronized boolean isSound() {
    return !closed && failure == null && !doubtful.isFull();
  }

  /**
   * Looks whether the writing goes on.
   *
   * @throws BulkOperationException if the writer has failed
   */
  synchronized void requireSound() {
    if (closed) {
      throw new IllegalStateException("The batch writer is closed");
    }
    if (doubtful.isFull() || failure != null) {
      noteTold();
    }
    if (doubtful.isFull() || (failure != null && !doubtful.isEmpty())) {
      throw doubtful.exception(failure);
    }
    if (failure != null && failure.getClass() != BulkOperationException.class) {
      throw failure;
    }
    if (failure != null) {
      throw new BulkOperationException(String.valueOf(failure.getMessage()), failure.getCause());
    }
  }
}
