package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.RowsRejectedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.batch.OpenBatches.Unit;
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
 * Groups statements into batches while they come, sends the batches, and keeps account of what
 * became of each statement. Thread-safe.
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
    Unit unit = batchKeys.unit(together, batchKey, outcome);
    if (isOversized(unit)) {
      return;
    }
    sendAlone();
    if (batchKey.location() instanceof RingLocation.Unknown) {
      delivery.send(begin(batchKey, unit), 1);
      return;
    }
    List<Batch> full;
    synchronized (open) {
      inFlight.requireSound();
      requireOpen();
      full = open.add(batchKey, unit);
      // Before another thread may look whether all is written.
      full.forEach(inFlight::begin);
    }
    sendAll(full);
  }

  /** Keeps to these limits from now on; see {@link OpenBatches#limits}. */
  public void limits(BatchLimits now, long shared) {
    synchronized (open) {
      open.limits(now, shared);
    }
  }

  /** Whether no mutation may be so large; who added the statements has heard of it then. */
  private boolean isOversized(Unit unit) {
    RowRejectedException refusal = oversized.refusal(unit);
    if (refusal == null) {
      return false;
    }
    inFlight.requireSound();
    requireOpen();
    delivery.rejected(unit, refusal);
    return true;
  }

  /** Sends the batches that have been open for so long, and what was in batches refused. */
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
      // As after most statements.
      return;
    }
    int sent = 0;
    try {
      while (sent < begun.size()) {
        Batch batch = begun.get(sent);
        sent++;
        delivery.send(batch, batch.units().size());
      }
    } finally {
      begun
          .subList(sent, begun.size())
          .forEach(
              batch ->
                  delivery.dropped(batch, new CancellationException("not sent, as one before")));
    }
  }

  /** Whether it takes more: throws if the writer is closed or about to be. */
  public void requireOpen() {
    if (ending) {
      throw new IllegalStateException("The batch writer is closed");
    }
  }

  /** Begins a batch that never was an open one. */
  private Batch begin(BatchKey batchKey, Unit unit) {
    synchronized (open) {
      requireOpen();
      inFlight.requireSound();
      Batch batch = open.alone(batchKey, unit);
      inFlight.begin(batch);
      return batch;
    }
  }

  /** See {@link BatchWriter#write}. */
  public boolean write(List<? extends BatchableStatement<?>> together, int counted)
      throws InterruptedException {
    AwaitedRefusal refusal = new AwaitedRefusal();
    BatchKey batchKey = batchKeys.of(together);
    Unit unit = batchKeys.unit(together, batchKey, refusal);
    RowRejectedException oversize = oversized.refusal(unit);
    if (oversize != null) {
      throw oversize;
    }
    Batch batch = begin(batchKey, unit);
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
   * Sends every open batch and waits until all that was added so far is written, but not for what
   * others add meanwhile.
   *
   * @throws RowsRejectedException if statements were refused of which nobody has heard
   * @throws UnknownWriteOutcomeException if writes that are not idempotent are in doubt
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

  /** As flush, for a caller that receives rejected statements through outcomes only. */
  void flushForOutcomes() throws InterruptedException {
    sendAll();
    inFlight.requireNoneInDoubt();
  }

  /** One after the other, so that no more leave the buffer than there are slots for. */
  private void sendEach(Supplier<@Nullable Batch> taking) throws InterruptedException {
    Batch batch;
    do {
      synchronized (open) {
        batch = taking.get();
        if (batch != null) {
          inFlight.begin(batch);
        }
      }
      if (batch != null) {
        delivery.send(batch, batch.units().size());
      }
    } while (batch != null);
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
   * Waits for the answers to writes that must not be done twice, and sends nothing more: for who
   * ends the writing after a failure.
   *
   * @return names the rows whose writes are in doubt; empty if none are
   */
  public Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    return inFlight.settle();
  }

  /** Waits for the answers to all that was sent so far, whether the writing goes on or failed. */
  void awaitAnswers() throws InterruptedException {
    inFlight.awaitAnswers(endGeneration());
  }

  /**
   * Takes nothing more and flushes, unless the writing has failed.
   *
   * @throws RowsRejectedException if statements were refused of which nobody has heard
   * @throws BulkOperationException if it has, or writes are in doubt, and nobody has heard of it
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
    // Also after a failure: what is under way may end in doubt.
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

  /** Whether the writing goes on. */
  boolean isSound() {
    return inFlight.isSound();
  }

  /** Statements in open batches, and those that were in refused ones and are not sent yet. */
  public int queued() {
    synchronized (open) {
      return open.buffered() + inFlight.waitingAlone();
    }
  }

  /** Takes nothing more and drops what waits in open batches, for a caller that reports why. */
  public void abandon() {
    ending = true;
    inFlight.close();
  }

  /** Takes nothing more; what waits in open batches is dropped, which is logged. */
  @Override
  public void close() {
    ending = true;
    boolean sound = inFlight.close();
    synchronized (open) {
      if (open.buffered() > 0 && sound) {
        LOG.warn("{} statements were added and not flushed; they are dropped", open.buffered());
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

  /** Keeps a refusal for the thread that waits for the answer. */
  private static final class AwaitedRefusal implements WriteOutcome {

    private volatile @Nullable RowRejectedException refusal;

    @Override
    public void written(long bytes) {}

    @Override
    public @Nullable BulkOperationException rejected(RowRejectedException refused) {
      refusal = refused;
      return null;
    }

    /** Null if the cluster has taken the statements. */
    @Nullable RowRejectedException refusal() {
      return refusal;
    }
  }

  /** Keeps the refusals that nobody has heard of until somebody does. Thread-safe. */
  private static final class UncollectedRejections implements WriteOutcome {

    /** A bound on what an exception holds, however bad the rows are. */
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
     * Tells what was refused since the last time.
     *
     * @throws RowsRejectedException if something was
     */
    void tell() {
      RowsRejectedException refused = take();
      if (refused != null) {
        throw refused;
      }
    }

    /** Has another failure tell it as well. */
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
                  "%,d statements were refused for what they hold and are left out; correct them"
                      + " and add them again. The first: %s",
                  count, kept.get(0).getMessage()),
              count,
              kept);
      count = 0;
      kept.clear();
      return refused;
    }
  }
}
