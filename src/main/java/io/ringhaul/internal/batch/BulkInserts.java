package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.BulkResult;
import io.ringhaul.batch.Operation;
import io.ringhaul.batch.TableRow;
import io.ringhaul.batch.WriteOutcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.internal.batch.BulkTally.Effect;
import io.ringhaul.internal.batch.BulkTally.Given;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Inserts rows of tables in bulk and overwrites existing rows. Thread-safe. */
public final class BulkInserts {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  private final StatementStream stream;
  private final RowRequests requests;
  private final RowStatements statements;

  public BulkInserts(StatementStream stream, RowRequests requests, RowStatements statements) {
    this.stream = stream;
    this.requests = requests;
    this.statements = statements;
  }

  /** See {@link BatchWriter#bulkInsert(Iterable)}. */
  public BulkResult insert(Iterable<TableRow> rows, Consumer<BulkResult.Reject> rejects)
      throws InterruptedException {
    BulkTally tally = new BulkTally(rejects);
    RowsUnderWay aside = new RowsUnderWay();
    try {
      for (TableRow row : rows) {
        tally.tell();
        aside.requireSound();
        insert(tally.take(row), tally, aside);
      }
      stream.flushForOutcomes();
      aside.await();
    } catch (RuntimeException e) {
      flushWhatCan(e);
      throw aside.ended(e, tally);
    }
    return tally.result();
  }

  private void insert(Given given, BulkTally tally, RowsUnderWay aside)
      throws InterruptedException {
    BoundStatement bound;
    try {
      bound = statements.bind(Operation.insert(given.row()));
    } catch (BulkOperationException e) {
      if (!RowStatements.isOfRow(e)) {
        throw e;
      }
      tally.rejected(given, e);
      return;
    }
    if (statements.isToGoAlone(given.row())) {
      sendAlone(given, List.of(bound), tally, aside);
    } else {
      stream.add(List.of(bound), new InsertOutcome(given, tally));
    }
  }

  private void sendAlone(
      Given given, List<BoundStatement> alone, BulkTally tally, RowsUnderWay aside)
      throws InterruptedException {
    requests.send(
        alone,
        requests.repetition(alone.get(0)),
        1,
        aside,
        (answer, failed) -> {
          if (answer != null) {
            tally.written(Effect.NOT_ASKED);
          } else if (RefusedContent.is(failed)) {
            tally.rejected(given, requests.refusal(alone, failed));
          } else {
            aside.fail(requests.failure(alone, failed));
          }
        });
  }

  private record InsertOutcome(Given given, BulkTally tally) implements WriteOutcome {

    @Override
    public void written(long bytes) {
      tally.written(Effect.NOT_ASKED);
    }

    @Override
    public @Nullable BulkOperationException rejected(RowRejectedException refusal) {
      tally.rejected(given, refusal);
      return null;
    }
  }

  /**
   * Flushes the rows already added to the stream after the source or the consumer of rejects
   * failed.
   */
  private void flushWhatCan(RuntimeException ending) throws InterruptedException {
    boolean wasSound = stream.isSound();
    try {
      stream.flushForOutcomes();
    } catch (RuntimeException e) {
      LOG.debug("The stream of the bulk write has also failed, or is the cause of its failure", e);
      if (wasSound && e != ending) {
        ending.addSuppressed(e);
      }
      stream.awaitAnswers();
    }
  }
}
