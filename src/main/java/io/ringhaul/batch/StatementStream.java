package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.OpenBatches.Batch;
import io.ringhaul.batch.OpenBatches.Slot;
import io.ringhaul.batch.OpenBatches.Unit;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRefusedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.request.Failures;
import io.ringhaul.statement.MutationSize;
import io.ringhaul.statement.StatementCatalog;
import io.ringhaul.statement.StatementTraits;
import io.ringhaul.statement.WriteKind;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Groups statements into batches while they come, sends the batches, and keeps account of what
 * became of each statement. Thread-safe.
 */
final class StatementStream implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  private final BatchSender sender;
  private final BatchMeter meter;
  private final StatementCatalog catalog;
  private final Placement placement;
  private final OpenBatches open;
  private final MutationSize sizes;
  private final OversizedWrites oversized;
  private final WritesInFlight inFlight;
  private final WriteListener listener;
  private final LongAdder writtenStatements = new LongAdder();
  private volatile boolean ending;

  StatementStream(
      BatchSender sender,
      BatchMeter meter,
      StatementCatalog catalog,
      Placement placement,
      OpenBatches open,
      MutationSize sizes,
      OversizedWrites oversized,
      WriteListener listener) {
    this.sender = sender;
    this.meter = meter;
    this.catalog = catalog;
    this.placement = placement;
    this.open = open;
    this.sizes = sizes;
    this.oversized = oversized;
    this.inFlight = new WritesInFlight(catalog::rowOf);
    this.listener = listener;
  }

  /** See {@link BatchWriter#add(List, WriteOutcome)}. */
  void add(List<? extends BatchableStatement<?>> together, WriteOutcome outcome)
      throws InterruptedException {
    Slot slot = slotOf(together);
    Unit unit = unit(together, slot.place(), outcome);
    if (isOversized(unit)) {
      return;
    }
    sender.throttle(1, unit.bytes());
    sendAlone();
    if (slot.place() instanceof Place.Unknown) {
      begin(slot.kind());
      send(new Batch(slot, List.of(unit)), 1);
      return;
    }
    List<Batch> full;
    synchronized (open) {
      inFlight.requireSound();
      requireOpen();
      full = open.add(slot, unit);
      // Before another thread may look whether all is written.
      full.forEach(batch -> inFlight.begin(batch.slot().kind()));
    }
    sendAll(full);
  }

  /** Whether no mutation may be so large; who added the statements has heard of it then. */
  private boolean isOversized(Unit unit) {
    RowRefusedException refusal = oversized.refusal(unit);
    if (refusal == null) {
      return false;
    }
    inFlight.requireSound();
    requireOpen();
    refused(unit, refusal);
    return true;
  }

  /** Sends the batches that have been open for so long; for a thread of the writer's own. */
  void sendOlderThan(long nanos) throws InterruptedException {
    inFlight.isOwnThread();
    sendEach(() -> open.takeOlderThan(nanos));
  }

  private Slot slotOf(List<? extends BatchableStatement<?>> together) {
    BatchableStatement<?> first = together.get(0);
    WriteKind kind = WriteKind.REPEATABLE;
    for (BatchableStatement<?> statement : together) {
      StatementTraits traits = catalog.traits(statement);
      if (traits.isRead() || traits.isConditional()) {
        throw new UnsuitableBatchException(
            String.format(
                "A stream takes no %s, whose answer nobody would read: %s; use execute",
                traits.isRead() ? "read" : "conditional write", catalog.rowOf(statement)));
      }
      kind = traits.kind().isRepeatable() ? kind : traits.kind();
    }
    // Of a batch of several partitions that fails a part may be done: no place for what must not be
    // done twice.
    Place place = kind.isRepeatable() ? placement.of(first) : Placement.partition(first);
    return new Slot(place, kind, Common.of(together, catalog));
  }

  private Unit unit(
      List<? extends BatchableStatement<?>> together, Place place, WriteOutcome outcome) {
    long bytes = sizes.ofValues(together);
    return new Unit(
        together, bytes, place.isOnePartition() ? bytes : sizes.upperBound(together), outcome);
  }

  private void sendAll(List<Batch> begun) throws InterruptedException {
    int sent = 0;
    try {
      while (sent < begun.size()) {
        Batch batch = begun.get(sent);
        sent++;
        send(batch, batch.units().size());
      }
    } finally {
      begun
          .subList(sent, begun.size())
          .forEach(batch -> dropped(batch, new CancellationException("not sent, as one before")));
    }
  }

  /** Whether it takes more: throws if the writer is closed or about to be. */
  void requireOpen() {
    if (ending) {
      throw new IllegalStateException("The batch writer is closed");
    }
  }

  private void begin(WriteKind kind) {
    requireOpen();
    inFlight.requireSound();
    inFlight.begin(kind);
  }

  /** See {@link BatchWriter#write}. */
  boolean write(List<? extends BatchableStatement<?>> together, int counted)
      throws InterruptedException {
    Refusal refusal = new Refusal();
    Slot slot = slotOf(together);
    Unit unit = unit(together, slot.place(), refusal);
    RowRefusedException oversize = oversized.refusal(unit);
    if (oversize != null) {
      throw oversize;
    }
    sender.throttle(counted, unit.bytes());
    begin(slot.kind());
    try {
      boolean written = send(new Batch(slot, List.of(unit)), counted).toCompletableFuture().get();
      RowRefusedException refused = refusal.failure;
      if (refused != null) {
        throw refused;
      }
      return written;
    } catch (ExecutionException e) {
      throw Failures.notPassing(e, "A write");
    }
  }

  /** Keeps a refusal for who waits for the answer. */
  private static final class Refusal implements WriteOutcome {
    private volatile @Nullable RowRefusedException failure;

    @Override
    public void written(long bytes) {}

    @Override
    public @Nullable BulkOperationException refused(RowRefusedException refused) {
      failure = refused;
      return null;
    }
  }

  /**
   * Sends every open batch and waits until all that was added is written.
   *
   * @throws UnknownWriteOutcomeException if writes that are not idempotent are in doubt
   * @throws BulkOperationException if a batch could not be written
   */
  void flush() throws InterruptedException {
    sendAll();
    inFlight.requireNoneInDoubt();
  }

  /** One after the other, so that no more leave the buffer than there are places for. */
  private void sendEach(Supplier<@Nullable Batch> taking) throws InterruptedException {
    Batch batch;
    do {
      synchronized (open) {
        batch = taking.get();
        if (batch != null) {
          inFlight.begin(batch.slot().kind());
        }
      }
      if (batch != null) {
        send(batch, batch.units().size());
      }
    } while (batch != null);
  }

  private void sendAll() throws InterruptedException {
    sendEach(open::takeAny);
    do {
      sendAlone();
    } while (!inFlight.await());
  }

  /**
   * Waits for the answers to writes that must not be done twice, and sends nothing more: for who
   * ends the writing after a failure.
   *
   * @return names the rows whose writes are in doubt; empty if none are
   */
  Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    return inFlight.settle();
  }

  /** Waits until nothing is under way any more, whether the writing goes on or has failed. */
  void awaitAnswers() throws InterruptedException {
    inFlight.awaitAnswers();
  }

  /** Statements that the cluster has acknowledged; those added together count as one. */
  long writtenStatements() {
    return writtenStatements.sum();
  }

  /**
   * Takes nothing more and flushes, unless the writing has failed; then it only waits.
   *
   * @throws BulkOperationException if something has gone wrong of which nobody has heard
   */
  void finish() throws InterruptedException {
    ending = true;
    if (inFlight.isSound()) {
      sendAll();
      inFlight.requireNoNewDoubts();
    } else {
      inFlight.awaitAnswers();
      inFlight.requireAllTold();
    }
  }

  /** Statements in open batches. */
  int queued() {
    synchronized (open) {
      return open.buffered();
    }
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
    for (Batch next = inFlight.nextAlone(); next != null; next = inFlight.nextAlone()) {
      send(next, 1);
    }
  }

  /** Sends what {@link WritesInFlight#begin} was told of, and ends it in any case. */
  private CompletionStage<Boolean> send(Batch batch, int counted) throws InterruptedException {
    WriteKind kind = batch.slot().kind();
    CompletionStage<AsyncResultSet> response;
    try {
      inFlight.requireSound();
      response =
          sender.send(
              batch.statements(),
              kind.batchType(),
              batch.slot().common(),
              Repetition.of(kind),
              counted);
    } catch (InterruptedException e) {
      dropped(batch, new CancellationException("interrupted before it was sent"));
      throw e;
    } catch (RuntimeException e) {
      dropped(batch, e);
      throw e;
    }
    return response.handle(
        (rows, failed) -> {
          try {
            if (failed == null) {
              written(batch, counted);
            } else if (RefusedContent.is(failed)) {
              refused(batch, failed);
            } else if (kind.isRepeatable() || Failures.isSurelyNotApplied(failed)) {
              failed(batch, failed);
            } else {
              inDoubt(batch, failed);
            }
            return failed == null;
          } finally {
            inFlight.end(kind);
          }
        });
  }

  /** The batch has left the buffer and was not sent: nobody may take the writer's word now. */
  private void dropped(Batch batch, RuntimeException reason) {
    failed(batch, reason);
    inFlight.end(batch.slot().kind());
  }

  private void written(Batch batch, int statements) {
    writtenStatements.add(statements);
    try {
      listener.written(statements, batch.bytes());
    } catch (RuntimeException e) {
      LOG.warn("The write listener failed; the writing goes on", e);
    }
    for (Unit unit : batch.units()) {
      unit.outcome().written(unit.bytes());
    }
  }

  private void refused(Batch batch, Throwable refusal) {
    if (batch.units().size() > 1) {
      meter.fallback();
      inFlight.divide(batch);
      return;
    }
    Unit unit = batch.units().get(0);
    refused(unit, catalog.refusal(unit.statements().get(0), refusal));
  }

  private void refused(Unit unit, RowRefusedException refusal) {
    BulkOperationException ending = unit.outcome().refused(refusal);
    if (ending != null) {
      inFlight.fail(ending);
    }
  }

  private void failed(Batch batch, Throwable failed) {
    inFlight.fail(
        new BulkOperationException(
            "A batch could not be written: " + Failures.describe(failed), Failures.unwrap(failed)));
    batch.units().forEach(unit -> unit.outcome().failed(failed));
  }

  private void inDoubt(Batch batch, Throwable failed) {
    inFlight.doubt(batch, failed);
    batch.units().forEach(unit -> unit.outcome().inDoubt(failed));
  }
}
