package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.internal.batch.OpenBatches.AddedWrites;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.request.Failures;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tracks the requests of a writer without a response, and the failures. Thread-safe. */
public final class WritesInFlight {

  private final DoubtfulWrites doubtful;

  /** Writes of rejected batches, each to be sent alone, by generation. */
  private final NavigableMap<Long, Queue<Batch>> alone = new TreeMap<>();

  /** Number of requests without a response, by generation. */
  private final NavigableMap<Long, Integer> unanswered = new TreeMap<>();

  /** Number of writes with unknown outcome that were reported to the caller. */
  private int doubtfulReported;

  /** Number of requests in flight that must not be sent twice; {@link #settle} waits for them. */
  private int unrepeatable;

  /** Whether writes wait to be sent alone. Volatile because every row reads it without the lock. */
  private volatile boolean isAnyAlone;

  /**
   * Whether the writer has failed or was closed. Volatile because every row reads it without the
   * lock.
   */
  private volatile boolean isOver;

  private boolean closed;
  private @Nullable BulkOperationException failure;

  /** Whether the failure was thrown to the caller. */
  private boolean isFailureReported;

  /**
   * @param rowNames describes the row of a statement for messages
   */
  public WritesInFlight(Function<BatchableStatement<?>, String> rowNames) {
    this.doubtful = new DoubtfulWrites(rowNames);
  }

  /**
   * Registers a request before it is sent, under the lock of the buffer: at any time a batch is
   * either open or in flight.
   */
  synchronized void begin(Batch batch) {
    unanswered.merge(batch.generation(), 1, Integer::sum);
    unrepeatable += batch.batchKey().kind().isRepeatable() ? 0 : 1;
  }

  /** Unregisters a request after its response was handled. */
  synchronized void end(Batch batch) {
    unanswered.computeIfPresent(
        batch.generation(), (generation, count) -> count == 1 ? null : count - 1);
    unrepeatable -= batch.batchKey().kind().isRepeatable() ? 0 : 1;
    notifyAll();
  }

  /**
   * Fails the writer. The first failure is reported; a full list of writes with unknown outcome
   * takes precedence.
   */
  synchronized void fail(BulkOperationException first) {
    if (failure == null && !doubtful.isFull()) {
      failure = first;
      isOver = true;
    }
  }

  synchronized void doubt(Batch batch, Throwable failed) {
    List<BatchableStatement<?>> firsts = new ArrayList<>(batch.writes().size());
    batch.writes().forEach(writes -> firsts.add(writes.statements().get(0)));
    doubtful.add(firsts, failed);
    if (doubtful.isFull()) {
      isOver = true;
    }
  }

  /** Queues the writes of a rejected batch to be sent alone. */
  synchronized void divide(Batch batch) {
    Queue<Batch> same = alone.computeIfAbsent(batch.generation(), generation -> new ArrayDeque<>());
    for (AddedWrites writes : batch.writes()) {
      same.add(Batch.of(batch.batchKey(), writes, batch.generation()));
    }
    isAnyAlone = true;
  }

  /** Number of statements that wait to be sent alone. */
  synchronized int waitingAlone() {
    return alone.values().stream()
        .flatMap(Queue::stream)
        .mapToInt(batch -> batch.writes().get(0).statements().size())
        .sum();
  }

  /**
   * Takes the next writes to be sent alone and registers its request; null if none waits.
   *
   * @param last the last generation to consider
   */
  @Nullable Batch nextAlone(long last) {
    return isAnyAlone ? takeAlone(last) : null;
  }

  private synchronized @Nullable Batch takeAlone(long last) {
    if (!reaches(alone, last)) {
      return null;
    }
    Queue<Batch> oldest = alone.firstEntry().getValue();
    Batch next = oldest.element();
    // First: if this throws, the writes still wait.
    begin(next);
    oldest.remove();
    if (oldest.isEmpty()) {
      alone.remove(next.generation());
    }
    isAnyAlone = !alone.isEmpty();
    return next;
  }

  private static boolean reaches(NavigableMap<Long, ?> generations, long last) {
    return !generations.isEmpty() && generations.firstKey() <= last;
  }

  /**
   * Waits for all responses, or until writes are to be sent alone.
   *
   * @param last the last generation to wait for; other threads may add to later ones
   * @return whether all writes have a response and none waits
   * @throws BulkOperationException if the writer has failed
   */
  synchronized boolean await(long last) throws InterruptedException {
    while (reaches(unanswered, last) && !reaches(alone, last)) {
      wait();
    }
    requireSound();
    return !reaches(alone, last);
  }

  /**
   * Throws if the outcome of non-idempotent writes is unknown.
   *
   * @throws UnknownWriteOutcomeException if so
   */
  synchronized void requireNoneInDoubt() {
    if (!doubtful.isEmpty()) {
      doubtfulReported = doubtful.size();
      throw doubtful.exception(null);
    }
  }

  /** Waits for the responses to non-idempotent writes and returns the ones with unknown outcome. */
  synchronized Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    while (unrepeatable > 0) {
      wait();
    }
    doubtfulReported = doubtful.size();
    isFailureReported |= doubtfulReported > 0;
    return doubtful.isEmpty() ? Optional.empty() : Optional.of(doubtful.exception(failure));
  }

  /** Waits for all responses up to a generation, including failures. */
  synchronized void awaitAnswers(long last) throws InterruptedException {
    while (reaches(unanswered, last)) {
      wait();
    }
  }

  /** Closes the writer and returns whether it had neither failed nor been closed before. */
  synchronized boolean close() {
    boolean wasSound = failure == null && !closed;
    closed = true;
    isOver = true;
    return wasSound;
  }

  /** Whether {@link #close()} was called. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** Whether the writer has neither failed nor been closed. */
  boolean isSound() {
    return !isOver;
  }

  /**
   * Throws if the writer has failed or was closed.
   *
   * @throws BulkOperationException if the writer has failed
   * @throws IllegalStateException if the writer was closed
   */
  void requireSound() {
    if (isOver) {
      throw ended();
    }
  }

  private synchronized RuntimeException ended() {
    return closed ? new IllegalStateException("The batch writer is closed") : heard();
  }

  /**
   * Throws if there is an unreported failure.
   *
   * @throws BulkOperationException if the writer has failed, or there are further writes with
   *     unknown outcome, since the last exception
   */
  synchronized void requireNothingUnheard() {
    if ((failure != null && !isFailureReported) || doubtful.size() > doubtfulReported) {
      throw heard();
    }
  }

  /** Marks the last thrown failure as unreported, because the caller discards it. */
  synchronized void unheard() {
    isFailureReported = false;
    doubtfulReported = 0;
  }

  private BulkOperationException heard() {
    isFailureReported = true;
    doubtfulReported = doubtful.size();
    if (failure == null || doubtfulReported > 0) {
      return doubtful.exception(failure);
    }
    return failure.getClass() == BulkOperationException.class
        ? new BulkOperationException(String.valueOf(failure.getMessage()), failure.getCause())
        : failure;
  }

  /**
   * The writes with unknown outcome. They do not end the writer, so that at the end exactly these
   * writes are in doubt, unless their number reaches the bound of the list. Not thread-safe.
   */
  private static final class DoubtfulWrites {

    /** Maximum number of writes with unknown outcome; it ends the writer. */
    private static final int MOST = 10_000;

    private static final int MOST_IN_MESSAGE = 5;

    private final Function<BatchableStatement<?>, String> rowNames;
    private final List<String> rows = new ArrayList<>();
    private @Nullable Throwable first;

    DoubtfulWrites(Function<BatchableStatement<?>, String> rowNames) {
      this.rowNames = rowNames;
    }

    void add(List<? extends BatchableStatement<?>> statements, Throwable failure) {
      if (first == null) {
        first = Failures.unwrap(failure);
      }
      statements.forEach(statement -> rows.add(rowNames.apply(statement)));
    }

    boolean isEmpty() {
      return rows.isEmpty();
    }

    int size() {
      return rows.size();
    }

    boolean isFull() {
      return rows.size() >= MOST;
    }

    /**
     * Returns the exception that names these writes.
     *
     * @param besides another failure that ended the writer; null if there is none
     */
    UnknownWriteOutcomeException exception(@Nullable Throwable besides) {
      String named = String.join(", ", rows.subList(0, Math.min(MOST_IN_MESSAGE, rows.size())));
      return new UnknownWriteOutcomeException(
          String.format(
              "The outcome of %d writes is unknown (%s). They may or may not have been applied and"
                  + " were not retried; read these rows and compare: %s%s. %s",
              rows.size(),
              first == null ? "no answer" : Failures.describe(first),
              named,
              rows.size() > MOST_IN_MESSAGE ? " and so on" : "",
              rest(besides)),
          besides == null ? first : besides,
          rows);
    }

    private String rest(@Nullable Throwable besides) {
      if (besides != null) {
        return "The writer failed before it sent all statements: " + besides.getMessage();
      }
      return isFull()
          ? "The writer reached its bound of writes with unknown outcome and failed before it sent"
              + " all statements"
          : "All other writes were acknowledged or rejected";
    }
  }
}
