package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.OpenBatches.Batch;
import io.ringhaul.batch.OpenBatches.Slot;
import io.ringhaul.batch.OpenBatches.Unit;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRefusedException;
import io.ringhaul.exceptions.RowsRefusedException;
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
import java.util.function.Consumer;
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
  private final RefusedRows refused = new RefusedRows();
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

  /** See {@link BatchWriter#add(List)}. */
  void add(List<? extends BatchableStatement<?>> together) throws InterruptedException {
    add(together, refused);
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
      send(begin(slot, unit), 1);
      return;
    }
    List<Batch> full;
    synchronized (open) {
      inFlight.requireSound();
      requireOpen();
      full = open.add(slot, unit);
      // Before another thread may look whether all is written.
      full.forEach(inFlight::begin);
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

  private Slot slotOf(List<? extends BatchableStatement<?>> together) {
    BatchableStatement<?> first = together.get(0);
    WriteKind kind = WriteKind.REPEATABLE;
    int counters = 0;
    boolean sharesBatch = true;
    for (BatchableStatement<?> statement : together) {
      StatementTraits traits = catalog.traits(statement);
      StatementRules.requireBatchable(statement, traits);
      if (traits.isRead() || traits.isConditional()) {
        throw new UnsuitableBatchException(
            String.format(
                "A stream takes no %s, whose answer nobody would read: %s; use execute",
                traits.isRead() ? "read" : "conditional write", catalog.rowOf(statement)));
      }
      counters += traits.kind() == WriteKind.COUNTER ? 1 : 0;
      kind = traits.kind().isRepeatable() ? kind : traits.kind();
      sharesBatch &= !traits.spansPartitions() && traits.replacedLists().isEmpty();
    }
    if (!sharesBatch && together.size() > 1) {
      ReplacedLists.requireOnce(
          together, together.stream().<StatementTraits>map(catalog::traits).toList());
    }
    StatementRules.requireTogether(together, counters);
    // Of a batch of several partitions that fails a part may be done: no place for what must not be
    // done twice.
    Place place = kind.isRepeatable() ? placement.of(first) : Placement.partition(first);
    boolean goesAlone = !sharesBatch || !StatementRules.tellPartitionAlike(together);
    return new Slot(goesAlone ? new Place.Unknown() : place, kind, Common.of(together, catalog));
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

  /** Begins a batch that never was an open one. */
  private Batch begin(Slot slot, Unit unit) {
    synchronized (open) {
      requireOpen();
      inFlight.requireSound();
      Batch batch = open.alone(slot, unit);
      inFlight.begin(batch);
      return batch;
    }
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
    Batch batch = begin(slot, unit);
    try {
      boolean written = send(batch, counted).toCompletableFuture().get();
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
   * Sends every open batch and waits until all that was added so far is written, but not for what
   * others add meanwhile.
   *
   * @throws RowsRefusedException if statements were refused of which nobody has heard
   * @throws UnknownWriteOutcomeException if writes that are not idempotent are in doubt
   * @throws BulkOperationException if a batch could not be written
   */
  void flush() throws InterruptedException {
    try {
      flushForOutcomes();
    } catch (BulkOperationException e) {
      throw refused.tellWith(e);
    }
    refused.tell();
  }

  /** The same for who hears of refused statements by outcomes, and not of those of others. */
  void flushForOutcomes() throws InterruptedException {
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
          inFlight.begin(batch);
        }
      }
      if (batch != null) {
        send(batch, batch.units().size());
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
  Optional<UnknownWriteOutcomeException> settle() throws InterruptedException {
    return inFlight.settle();
  }

  /** Waits for the answers to all that was sent so far, whether the writing goes on or failed. */
  void awaitAnswers() throws InterruptedException {
    inFlight.awaitAnswers(endGeneration());
  }

  /** Statements that the cluster has acknowledged; those added together count as one. */
  long writtenStatements() {
    return writtenStatements.sum();
  }

  /**
   * Takes nothing more and flushes, unless the writing has failed.
   *
   * @throws RowsRefusedException if statements were refused of which nobody has heard
   * @throws BulkOperationException if it has, or writes are in doubt, and nobody has heard of it
   */
  void finish() throws InterruptedException {
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
  int queued() {
    synchronized (open) {
      return open.buffered() + inFlight.waitingAlone();
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
    sendAlone(Long.MAX_VALUE);
  }

  private void sendAlone(long last) throws InterruptedException {
    for (Batch next = inFlight.nextAlone(last); next != null; next = inFlight.nextAlone(last)) {
      send(next, 1);
    }
  }

  /** Sends what {@link WritesInFlight#begin} was told of, and ends it in any case. */
  private CompletionStage<Boolean> send(Batch batch, int counted) throws InterruptedException {
    WriteKind kind = batch.slot().kind();
    // Of several partitions one may be written before a replica of another is missed.
    boolean isWhole = sender.isOnePartition(batch.statements());
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
            } else if (kind.isRepeatable() || (isWhole && Failures.isSurelyNotApplied(failed))) {
              failed(batch, failed);
            } else {
              inDoubt(batch, failed);
            }
            return failed == null;
          } catch (RuntimeException | Error e) {
            // On a thread of the driver nobody else would hear of it.
            inFlight.fail(
                new BulkOperationException(
                    "What became of a batch could not be told: " + Failures.describe(e), e));
            throw e;
          } finally {
            inFlight.end(batch);
          }
        });
  }

  /** The batch has left the buffer and was not sent: nobody may take the writer's word now. */
  private void dropped(Batch batch, RuntimeException reason) {
    try {
      failed(batch, reason);
    } finally {
      inFlight.end(batch);
    }
  }

  private void written(Batch batch, int statements) {
    writtenStatements.add(statements);
    try {
      listener.written(statements, batch.bytes());
    } catch (RuntimeException e) {
      LOG.warn("The write listener failed; the writing goes on", e);
    }
    batch.units().forEach(unit -> tell(unit, outcome -> outcome.written(unit.bytes())));
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
    tell(
        unit,
        outcome -> {
          BulkOperationException ending = outcome.refused(refusal);
          if (ending != null) {
            inFlight.fail(ending);
          }
        });
  }

  /**
   * Lets whoever added the unit hear of it; if that fails the writing does, as it was not heard.
   */
  private void tell(Unit unit, Consumer<WriteOutcome> word) {
    try {
      word.accept(unit.outcome());
    } catch (RuntimeException | Error e) {
      inFlight.fail(
          new BulkOperationException(
              String.format(
                  "What became of %s was not heard, as its WriteOutcome threw %s",
                  catalog.rowOf(unit.statements().get(0)), Failures.describe(e)),
              e));
    }
  }

  private void failed(Batch batch, Throwable failed) {
    inFlight.fail(
        new BulkOperationException(
            "A batch could not be written: " + Failures.describe(failed), Failures.unwrap(failed)));
    batch.units().forEach(unit -> tell(unit, outcome -> outcome.failed(failed)));
  }

  private void inDoubt(Batch batch, Throwable failed) {
    inFlight.doubt(batch, failed);
    batch.units().forEach(unit -> tell(unit, outcome -> outcome.inDoubt(failed)));
  }
}
