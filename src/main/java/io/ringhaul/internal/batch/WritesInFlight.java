package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.batch.OpenBatches.Unit;
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

/** How many requests of a writer have no answer yet, and what has gone wrong. Thread-safe. */
public final class WritesInFlight {

  private final DoubtfulWrites doubtful;

  /** What was in batches that were refused, each to be sent alone, by generation. */
  private final NavigableMap<Long, Queue<Batch>> alone = new TreeMap<>();

  /** How many requests have no answer, by generation. */
  private final NavigableMap<Long, Integer> unanswered = new TreeMap<>();

  /** So many doubts have been told to whoever writes. */
  private int told;

  private int once;

  /** Whether something waits to be sent alone; asked for each row, so that it takes no lock. */
  private volatile boolean isAnyAlone;

  /** Whether the writing has ended, for good; asked for each row, so that it takes no lock. */
  private volatile boolean isOver;

  private boolean closed;
  private @Nullable BulkOperationException failure;

  /** Whether the failure has been thrown at whoever writes. */
  private boolean isHeard;

  /**
   * @param rowNames names the row of a statement, for people
   */
  public WritesInFlight(Function<BatchableStatement<?>, String> rowNames) {
    this.doubtful = new DoubtfulWrites(rowNames);
  }

  /**
   * A request is about to be sent: to be called before anybody could take its batch for one that is
   * neither open nor under way.
   */
  synchronized void begin(Batch batch) {
    unanswered.merge(batch.generation(), 1, Integer::sum);
    once += batch.batchKey().kind().isRepeatable() ? 0 : 1;
  }

  /** The request has its answer, and all is done that follows from it. */
  synchronized void end(Batch batch) {
    unanswered.computeIfPresent(
        batch.generation(), (generation, count) -> count == 1 ? null : count - 1);
    once -= batch.batchKey().kind().isRepeatable() ? 0 : 1;
    notifyAll();
  }

  /** The writer fails; the first failure is the one that is told, and doubts that were too many. */
  synchronized void fail(BulkOperationException first) {
    if (failure == null && !doubtful.isFull()) {
      failure = first;
      isOver = true;
    }
  }

  synchronized void doubt(Batch batch, Throwable failed) {
    List<BatchableStatement<?>> firsts = new ArrayList<>(batch.units().size());
    batch.units().forEach(unit -> firsts.add(unit.statements().get(0)));
    doubtful.add(firsts, failed);
    if (doubtful.isFull()) {
      isOver = true;
    }
  }

  /** What was in a refused batch waits to be sent alone. */
  synchronized void divide(Batch batch) {
    Queue<Batch> same = alone.computeIfAbsent(batch.generation(), generation -> new ArrayDeque<>());
    for (Unit unit : batch.units()) {
      same.add(Batch.of(batch.batchKey(), unit, batch.generation()));
    }
    isAnyAlone = true;
  }

  /** How many statements wait to be sent alone. */
  synchronized int waitingAlone() {
    return alone.values().stream()
        .flatMap(Queue::stream)
        .mapToInt(batch -> batch.units().get(0).statements().size())
        .sum();
  }

  /**
   * What is to be sent alone, as begun; null if nothing waits.
   *
   * @param last the last generation that is asked for
   */
  @Nullable Batch nextAlone(long last) {
    return isAnyAlone ? takeAlone(last) : null;
  }

  private synchronized @Nullable Batch takeAlone(long last) {
    if (!reaches(alone, last)) {
      return null;
    }
    Queue<Batch> oldest = alone.firstEntry().getValue();
    Batch next = oldest.remove();
    if (oldest.isEmpty()) {
      alone.pollFirstEntry();
    }
    isAnyAlone = !alone.isEmpty();
    begin(next);
    return next;
  }

  private static boolean reaches(NavigableMap<Long, ?> generations, long last) {
    return !generations.isEmpty() && generations.firstKey() <= last;
  }

  /**
   * Waits for all answers, or until something is to be sent alone.
   *
   * @param last the last generation that counts; others may add more all the while
   * @return whether all is done
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

  /** Waits for the answers to writes that must not be done twice; which of them are in doubt. */
  synchronized Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    while (once > 0) {
      wait();
    }
    told = doubtful.size();
    isHeard |= told > 0;
    return doubtful.isEmpty() ? Optional.empty() : Optional.of(doubtful.exception(failure));
  }

  /** Waits for all answers up to a generation, whatever they are. */
  synchronized void awaitAnswers(long last) throws InterruptedException {
    while (reaches(unanswered, last)) {
      wait();
    }
  }

  /** Takes nothing more; whether the writer had neither failed nor been closed by then. */
  synchronized boolean close() {
    boolean wasSound = failure == null && !closed;
    closed = true;
    isOver = true;
    return wasSound;
  }

  /** Whether it was {@linkplain #close() closed}. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** Whether the writing goes on. */
  boolean isSound() {
    return !isOver;
  }

  /**
   * Looks whether the writing goes on.
   *
   * @throws BulkOperationException if the writer has failed
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
   * Looks whether there is something that nobody has heard of.
   *
   * @throws BulkOperationException if the writer has failed since, or there are new doubts
   */
  synchronized void requireNothingUnheard() {
    if ((failure != null && !isHeard) || doubtful.size() > told) {
      throw heard();
    }
  }

  /** What was thrown last has reached nobody who could act on it. */
  synchronized void unheard() {
    isHeard = false;
    told = 0;
  }

  private BulkOperationException heard() {
    isHeard = true;
    told = doubtful.size();
    if (failure == null || told > 0) {
      return doubtful.exception(failure);
    }
    return failure.getClass() == BulkOperationException.class
        ? new BulkOperationException(String.valueOf(failure.getMessage()), failure.getCause())
        : failure;
  }

  /**
   * The writes that were sent and whose outcome is not known. The others go on, so that in the end
   * exactly these are in doubt; so many of them that the list would grow without bound end the
   * writing. Not thread-safe.
   */
  private static final class DoubtfulWrites {

    /** A cluster that leaves so many without an answer will hardly answer the next. */
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
     * The failure that names these writes.
     *
     * @param besides what ended the writing besides; null if everything else was written
     */
    UnknownWriteOutcomeException exception(@Nullable Throwable besides) {
      String named = String.join(", ", rows.subList(0, Math.min(MOST_IN_MESSAGE, rows.size())));
      return new UnknownWriteOutcomeException(
          String.format(
              "The outcome of %d writes is unknown (%s). They may or may not have been applied and"
                  + " were not repeated; read these rows and compare: %s%s. %s",
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
        return "The writing ended before all was sent: " + besides.getMessage();
      }
      return isFull()
          ? "These are too many to go on: the writing ended before all was sent"
          : "All other writes were acknowledged or refused";
    }
  }
}
