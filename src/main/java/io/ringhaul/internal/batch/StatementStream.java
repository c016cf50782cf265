package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.RowsRejectedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.internal.batch.OpenBatches.AddedWrites;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.request.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Groups statements into batches, sends the batches, and tracks the outcome of each statement.
 * Thread-safe.
 */
public final class StatementStream implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  private final StatementSharing batchKeys;
  private final OpenBatches open;
  private final OversizedWrites oversized;
  private final WritesInFlight inFlight;
  private final BatchDelivery delivery;
  private final UncollectedRejections refused = new UncollectedRejections();
  private volatile boolean ending;

  public StatementStream(
      StatementSharing batchKeys,
      OpenBatches open,
      OversizedWrites oversized,
      WritesInFlight inFlight,
      BatchDelivery delivery) {
    this.batchKeys = batchKeys;
    this.open = open;
    this.oversized = oversized;
    this.inFlight = inFlight;
    this.delivery = delivery;
  }

  /** See {@link BatchWriter#add(List)}. */
  public void add(List<? extends BatchableStatement<?>> together) throws InterruptedException {
    add(together, refused);
  }

  /** See {@link BatchWriter#add(List, WriteOutcome)}. */
  public void add(List<? extends BatchableStatement<?>> together, WriteOutcome outcome)
      throws InterruptedException {
    BatchKey batchKey = batchKeys.of(together);
    AddedWrites writes = batchKeys.writes(together, batchKey, outcome);
    if (isOversized(writes)) {
      return;
    }
    sendAlone();
    if (batchKey.location() instanceof RingLocation.Alone) {
      delivery.send(begin(batchKey, writes), 1);
      return;
    }
    List<Batch> full;
    synchronized (open) {
      inFlight.requireSound();
      requireOpen();
      try {
        full = open.add(batchKey, writes);
        // Inside the lock: a concurrent flush must see these batches as open or as in flight.
        full.forEach(inFlight::begin);
      } catch (Error e) {
        throw lost(e);
      }
    }
    sendAll(full);
  }

  /** Changes the limits; see {@link OpenBatches#limits}. */
  public void limits(BatchLimits now, long shared) {
    synchronized (open) {
      open.limits(now, shared);
    }
  }

  /**
   * Whether the writes exceed the server's largest mutation. If so, reports the rejection to its
   * {@link WriteOutcome}.
   */
  private boolean isOversized(AddedWrites writes) {
    RowRejectedException refusal = oversized.refusal(writes);
    if (refusal == null) {
      return false;
    }
    inFlight.requireSound();
    requireOpen();
    delivery.rejected(writes, refusal);
    return true;
  }

  /**
   * Sends the batches that are at least this old, and the single statements of rejected batches.
   */
  void sendOlderThan(long nanos) throws InterruptedException {
    if (!inFlight.isSound()) {
      return;
    }
    try {
      sendAlone();
      sendEach(() -> open.takeOlderThan(nanos));
    } catch (BulkOperationException e) {
      inFlight.unheard();
      throw e;
    }
  }

  private void sendAll(List<Batch> begun) throws InterruptedException {
    if (begun.isEmpty()) {
      // The common case: most statements complete no batch.
      return;
    }
    int sent = 0;
    try {
      while (sent < begun.size()) {
        Batch batch = begun.get(sent);
        sent++;
        delivery.send(batch, batch.writes().size());
      }
    } finally {
      begun
          .subList(sent, begun.size())
          .forEach(
              batch ->
                  delivery.dropped(
                      batch,
                      new CancellationException("not sent because an earlier batch was not sent")));
    }
  }

  /** Throws if the writer is closed or closing. */
  public void requireOpen() {
    if (ending) {
      throw new IllegalStateException("The batch writer is closed");
    }
  }

  /** Registers writes as a batch in flight, without opening it. */
  private Batch begin(BatchKey batchKey, AddedWrites writes) {
    synchronized (open) {
      requireOpen();
      inFlight.requireSound();
      Batch batch = open.alone(batchKey, writes);
      inFlight.begin(batch);
      return batch;
    }
  }

  /** See {@link StreamWriter#write}. */
  public boolean write(List<? extends BatchableStatement<?>> together, int counted)
      throws InterruptedException {
    AwaitedRefusal refusal = new AwaitedRefusal();
    BatchKey batchKey = batchKeys.of(together);
    AddedWrites writes = batchKeys.writes(together, batchKey, refusal);
    RowRejectedException oversize = oversized.refusal(writes);
    if (oversize != null) {
      throw oversize;
    }
    Batch batch = begin(batchKey, writes);
    try {
      boolean written = delivery.send(batch, counted).toCompletableFuture().get();
      RowRejectedException refused = refusal.refusal();
      if (refused != null) {
        throw refused;
      }
      return written;
    } catch (ExecutionException e) {
      throw Failures.notPassing(e, "A write");
    }
  }

  /**
   * Sends every open batch and waits for the responses. Does not wait for statements that other
   * threads add during the flush.
   *
   * @throws RowsRejectedException if statements without a {@link WriteOutcome} were rejected since
   *     the last report
   * @throws UnknownWriteOutcomeException if the outcome of non-idempotent writes is unknown
   * @throws BulkOperationException if a batch could not be written
   */
  public void flush() throws InterruptedException {
    try {
      flushForOutcomes();
    } catch (BulkOperationException e) {
      throw refused.tellWith(e);
    }
    refused.tell();
  }

  /** Flushes without reporting rejected statements, for callers that use a {@link WriteOutcome}. */
  void flushForOutcomes() throws InterruptedException {
    sendAll();
    inFlight.requireNoneInDoubt();
  }

  /**
   * Takes and sends batches one by one, so that batches without a request slot stay in the buffer.
   */
  private void sendEach(Supplier<@Nullable Batch> taking) throws InterruptedException {
    Batch batch;
    do {
      synchronized (open) {
        try {
          batch = taking.get();
          if (batch != null) {
            inFlight.begin(batch);
          }
        } catch (Error e) {
          throw lost(e);
        }
      }
      if (batch != null) {
        delivery.send(batch, batch.writes().size());
      }
    } while (batch != null);
  }

  /**
   * Fails the writer, because statements that leave the buffer may be neither open nor in flight
   * after an error such as a lack of memory.
   */
  private Error lost(Error why) {
    inFlight.fail(Failures.notPassing(why, "The batch writer"));
    return why;
  }

  private void sendAll() throws InterruptedException {
    long last = endGeneration();
    sendEach(() -> open.takeUpTo(last));
    do {
      sendAlone(last);
    } while (!inFlight.await(last));
  }

  private long endGeneration() {
    synchronized (open) {
      return open.endGeneration();
    }
  }

  /**
   * Waits for the responses to non-idempotent writes and sends nothing, for a caller that ends the
   * writing after a failure.
   *
   * @return the exception that names the rows with unknown outcome; empty if there are none
   */
  public Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    return inFlight.settle();
  }

  /** Waits for the responses to all requests sent so far, also after a failure. */
  void awaitAnswers() throws InterruptedException {
    inFlight.awaitAnswers(endGeneration());
  }

  /**
   * Rejects further statements and, unless the writer has failed, flushes.
   *
   * @throws RowsRejectedException if statements without a {@link WriteOutcome} were rejected since
   *     the last report
   * @throws BulkOperationException if there is a failure, or a write with unknown outcome, that was
   *     not thrown before
   */
  public void finish() throws InterruptedException {
    ending = true;
    if (inFlight.isClosed()) {
      return;
    }
    @Nullable BulkOperationException last = null;
    try {
      if (inFlight.isSound()) {
        sendAll();
      }
    } catch (BulkOperationException e) {
      last = e;
    }
    // Also after a failure: requests in flight may end with an unknown outcome.
    awaitAnswers();
    try {
      inFlight.requireNothingUnheard();
    } catch (BulkOperationException e) {
      last = e;
    }
    if (last != null) {
      throw refused.tellWith(last);
    }
    refused.tell();
  }

  /** Whether the writer has neither failed nor been closed. */
  boolean isSound() {
    return inFlight.isSound();
  }

  /** Statements in open batches, and statements of rejected batches that wait to be sent alone. */
  public int queued() {
    synchronized (open) {
      return open.buffered() + inFlight.waitingAlone();
    }
  }

  /** Rejects further statements and drops open batches without a log message. */
  public void abandon() {
    ending = true;
    inFlight.close();
  }

  /**
   * Rejects further statements and drops open batches. Logs a warning if it drops statements of a
   * writer that has not failed.
   */
  @Override
  public void close() {
    ending = true;
    boolean sound = inFlight.close();
    synchronized (open) {
      if (open.buffered() > 0 && sound) {
        LOG.warn(
            "{} statements were added and not flushed; the writer drops them", open.buffered());
      }
    }
  }

  private void sendAlone() throws InterruptedException {
    sendAlone(Long.MAX_VALUE);
  }

  private void sendAlone(long last) throws InterruptedException {
    for (Batch next = inFlight.nextAlone(last); next != null; next = inFlight.nextAlone(last)) {
      delivery.send(next, 1);
    }
  }

  /** Keeps a rejection for the thread that waits for the response. */
  private static final class AwaitedRefusal implements WriteOutcome {

    private volatile @Nullable RowRejectedException refusal;

    @Override
    public void written(long bytes) {}

    @Override
    public @Nullable BulkOperationException rejected(RowRejectedException refused) {
      refusal = refused;
      return null;
    }

    /** Null if the cluster did not reject the statements. */
    @Nullable RowRejectedException refusal() {
      return refusal;
    }
  }

  /** Collects the rejections of statements added without a {@link WriteOutcome}. Thread-safe. */
  private static final class UncollectedRejections implements WriteOutcome {

    /** Bounds the memory of the exception. */
    private static final int MOST_KEPT = 1_000;

    private final List<RowRejectedException> kept = new ArrayList<>();
    private long count;

    @Override
    public void written(long bytes) {}

    @Override
    public synchronized @Nullable BulkOperationException rejected(RowRejectedException failure) {
      count++;
      if (kept.size() < MOST_KEPT) {
        kept.add(failure);
      }
      return null;
    }

    /**
     * Reports the rejections since the last report.
     *
     * @throws RowsRejectedException if there are any
     */
    void tell() {
      RowsRejectedException refused = take();
      if (refused != null) {
        throw refused;
      }
    }

    /** Adds the rejections since the last report to a failure as suppressed exception. */
    <E extends BulkOperationException> E tellWith(E failure) {
      RowsRejectedException refused = take();
      if (refused != null) {
        failure.addSuppressed(refused);
      }
      return failure;
    }

    private synchronized @Nullable RowsRejectedException take() {
      if (count == 0) {
        return null;
      }
      RowsRejectedException refused =
          new RowsRejectedException(
              String.format(
                  "The cluster rejected the content of %,d statements, which were not written;"
                      + " correct them and add them again. First rejection: %s",
                  count, kept.get(0).getMessage()),
              count,
              kept);
      count = 0;
      kept.clear();
      return refused;
    }
  }
}
