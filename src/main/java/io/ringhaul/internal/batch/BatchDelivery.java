package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.WriteListener;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.internal.batch.BatchSender.Writes;
import io.ringhaul.internal.batch.OpenBatches.AddedWrites;
import io.ringhaul.internal.batch.OpenBatches.Batch;
import io.ringhaul.internal.cql.StatementCatalog;
import io.ringhaul.internal.cql.WriteKind;
import io.ringhaul.internal.request.Failures;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the batches of a stream and reports the outcomes of their statements. Thread-safe. */
public final class BatchDelivery {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  private final BatchSender sender;
  private final BatchMeter meter;
  private final StatementCatalog catalog;
  private final WritesInFlight inFlight;
  private final WriteListener listener;
  private final LongAdder writtenStatements = new LongAdder();

  public BatchDelivery(
      BatchSender sender,
      BatchMeter meter,
      StatementCatalog catalog,
      WritesInFlight inFlight,
      WriteListener listener) {
    this.sender = sender;
    this.meter = meter;
    this.catalog = catalog;
    this.inFlight = inFlight;
    this.listener = listener;
  }

  /** Acknowledged statements; statements added together count as one. */
  public long writtenStatements() {
    return writtenStatements.sum();
  }

  /**
   * Sends a batch that was registered with {@link WritesInFlight#begin}, and unregisters it in all
   * cases.
   */
  CompletionStage<Boolean> send(Batch batch, int counted) throws InterruptedException {
    WriteKind kind = batch.batchKey().kind();
    // In a batch of several partitions, one may be written before replicas of another are found
    // missing.
    List<BatchableStatement<?>> statements = batch.statements();
    RingLocation location = batch.batchKey().location();
    boolean isWhole;
    CompletionStage<AsyncResultSet> response;
    try {
      isWhole =
          location.isKnownPartition()
              || (!(location instanceof RingLocation.Replicas)
                  && sender.isOnePartition(statements));
      // Throttled when sent: throttling the added statements would send batches in bursts.
      sender.awaitLimits(counted, batch.bytes());
      inFlight.requireSound();
      response =
          sender.send(
              new Writes(
                  statements,
                  kind.batchType(),
                  batch.batchKey().attributes(),
                  isWhole,
                  batch.bytes()),
              Repetition.of(kind),
              counted);
    } catch (InterruptedException e) {
      dropped(batch, new CancellationException("interrupted before the batch was sent"));
      throw e;
    } catch (RuntimeException | Error e) {
      dropped(batch, e);
      throw e;
    }
    return response.handle(
        (rows, failed) -> {
          try {
            if (failed == null) {
              written(batch, counted);
            } else if (RefusedContent.is(failed)) {
              rejected(batch, failed);
            } else if (kind.isRepeatable() || (isWhole && Failures.isSurelyNotApplied(failed))) {
              failed(batch, failed);
            } else {
              inDoubt(batch, failed);
            }
            return failed == null;
          } catch (RuntimeException | Error e) {
            // This is a driver thread: without this the exception would be lost.
            inFlight.fail(
                new BulkOperationException(
                    "The outcome of a batch could not be reported: " + Failures.describe(e), e));
            throw e;
          } finally {
            inFlight.end(batch);
          }
        });
  }

  /** Fails the writer, because a batch was taken from the buffer and not sent. */
  void dropped(Batch batch, Throwable reason) {
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
      LOG.warn("The write listener failed; the writer continues", e);
    }
    batch.writes().forEach(writes -> tell(writes, outcome -> outcome.written(writes.bytes())));
  }

  private void rejected(Batch batch, Throwable refusal) {
    if (batch.writes().size() > 1) {
      meter.fallback();
      inFlight.divide(batch);
      return;
    }
    AddedWrites writes = batch.writes().get(0);
    rejected(writes, catalog.refusal(writes.statements().get(0), refusal));
  }

  /** Reports that the cluster or this library rejected writes. */
  void rejected(AddedWrites writes, RowRejectedException refusal) {
    tell(
        writes,
        outcome -> {
          BulkOperationException ending = outcome.rejected(refusal);
          if (ending != null) {
            inFlight.fail(ending);
          }
        });
  }

  /**
   * Calls the outcome of writes. If the outcome throws, the writer fails, because the report was
   * lost.
   */
  private void tell(AddedWrites writes, Consumer<WriteOutcome> word) {
    try {
      word.accept(writes.outcome());
    } catch (RuntimeException | Error e) {
      inFlight.fail(
          new BulkOperationException(
              String.format(
                  "The outcome of %s was not delivered, because its WriteOutcome threw %s",
                  catalog.rowOf(writes.statements().get(0)), Failures.describe(e)),
              e));
    }
  }

  private void failed(Batch batch, Throwable failed) {
    Throwable cause = Failures.unwrap(failed);
    inFlight.fail(
        cause instanceof OutOfMemoryError error
            ? Failures.outOfMemory(error, "The batch writer")
            : new BulkOperationException(
                "A batch could not be written: " + Failures.describe(cause), cause));
    batch.writes().forEach(writes -> tell(writes, outcome -> outcome.failed(failed)));
  }

  private void inDoubt(Batch batch, Throwable failed) {
    inFlight.doubt(batch, failed);
    batch.writes().forEach(writes -> tell(writes, outcome -> outcome.inDoubt(failed)));
  }
}
