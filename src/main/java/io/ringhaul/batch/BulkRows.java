package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.batch.BulkTally.Finding;
import io.ringhaul.batch.BulkTally.Given;
import io.ringhaul.batch.Operation.RowOperation;
import io.ringhaul.batch.RowsUnderWay.Second;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRefusedException;
import io.ringhaul.request.Failures;
import io.ringhaul.statement.StatementCatalog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes rows of tables in bulk. What the cluster answers is counted on the driver's threads, which
 * never wait; all that follows from it is sent by the thread that gives the rows. Thread-safe.
 */
final class BulkRows {

  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

  private final StatementStream stream;
  private final BatchSender sender;
  private final StatementCatalog catalog;
  private final RowStatements statements;

  BulkRows(
      StatementStream stream,
      BatchSender sender,
      StatementCatalog catalog,
      RowStatements statements) {
    this.stream = stream;
    this.sender = sender;
    this.catalog = catalog;
    this.statements = statements;
  }

  /** See {@link BatchWriter#bulkInsert(Iterable, Consumer)}. */
  BulkResult insert(Iterable<TableRow> rows, Consumer<BulkResult.Reject> rejects)
      throws InterruptedException {
    BulkTally tally = new BulkTally(rejects);
    RowsUnderWay aside = new RowsUnderWay();
    try {
      for (TableRow row : rows) {
        tally.tell();
        aside.requireSound();
        insert(tally.take(row), tally, aside);
      }
      stream.flush();
      aside.await();
    } catch (RuntimeException e) {
      flushWhatCan();
      throw ended(e, tally, aside);
    }
    return tally.result();
  }

  private void insert(Given given, BulkTally tally, RowsUnderWay aside)
      throws InterruptedException {
    Optional<BoundStatement> bound = bind(given, Operation.insert(given.row()), tally);
    if (bound.isEmpty()) {
      return;
    }
    if (statements.isToGoAlone(given.row())) {
      sendOver(new Second(given, Finding.NOT_ASKED), bound.get(), 1, tally, aside);
    } else {
      stream.add(List.of(bound.get()), new InsertOutcome(given, tally));
    }
  }

  private record InsertOutcome(Given given, BulkTally tally) implements WriteOutcome {

    @Override
    public void written(long bytes) {
      tally.written(Finding.NOT_ASKED);
    }

    @Override
    public @Nullable BulkOperationException refused(RowRefusedException refusal) {
      tally.refused(given, refusal);
      return null;
    }
  }

  /** See {@link BatchWriter#bulkUpsert(Iterable, Consumer)}. */
  BulkResult upsert(Iterable<TableRow> rows, Consumer<BulkResult.Reject> rejects)
      throws InterruptedException {
    BulkTally tally = new BulkTally(rejects);
    RowsUnderWay underWay = new RowsUnderWay();
    try {
      for (TableRow row : rows) {
        tally.tell();
        underWay.requireSound();
        create(tally.take(row), tally, underWay);
        sendSeconds(tally, underWay);
      }
      do {
        sendSeconds(tally, underWay);
      } while (!underWay.await());
    } catch (RuntimeException e) {
      throw ended(e, tally, underWay);
    }
    return tally.result();
  }

  /** The rows' source or their consumer may have failed, and the stream has taken rows over. */
  private void flushWhatCan() throws InterruptedException {
    try {
      stream.flush();
    } catch (RuntimeException e) {
      LOG.debug("The stream of the bulk write has failed, too, or is why it fails", e);
      stream.awaitAnswers();
    }
  }

  /** What is in flight comes to its end before the caller hears of the failure. */
  private static RuntimeException ended(
      RuntimeException failure, BulkTally tally, RowsUnderWay underWay)
      throws InterruptedException {
    underWay.settle();
    try {
      tally.tell();
    } catch (RuntimeException e) {
      if (e != failure) {
        failure.addSuppressed(e);
      }
    }
    return failure;
  }

  private void create(Given given, BulkTally tally, RowsUnderWay underWay)
      throws InterruptedException {
    Optional<BoundStatement> bound =
        bind(given, Operation.insert(given.row()).ifNotExists(), tally);
    if (bound.isEmpty()) {
      return;
    }
    BoundStatement statement = bound.get();
    send(
        statement,
        1,
        () -> request(statement, Repetition.UNLESS_DECIDED, 1),
        underWay,
        (answer, failed) -> {
          if (answer != null) {
            if (answer.wasApplied()) {
              tally.written(Finding.CREATED);
            } else {
              underWay.again(
                  new Second(
                      given,
                      LostConditions.isInDoubt(answer) ? Finding.UNDETERMINED : Finding.UPDATED));
            }
          } else if (RefusedContent.is(failed)) {
            tally.refused(given, catalog.refusal(statement, failed));
          } else if (LostConditions.isInDoubt(failed)) {
            underWay.again(new Second(given, Finding.UNDETERMINED));
          } else {
            underWay.fail(failure(statement, failed));
          }
        });
  }

  private void sendSeconds(BulkTally tally, RowsUnderWay underWay) throws InterruptedException {
    for (Second next = underWay.next(); next != null; next = underWay.next()) {
      Optional<BoundStatement> bound = bind(next.row(), Operation.insert(next.row().row()), tally);
      if (bound.isPresent()) {
        // It has counted as a row with the answer to the condition, if there was one.
        sendOver(next, bound.get(), next.finding() == Finding.UPDATED ? 0 : 1, tally, underWay);
      }
    }
  }

  /** Writes over what there is. */
  private void sendOver(
      Second second, BoundStatement statement, int counted, BulkTally tally, RowsUnderWay underWay)
      throws InterruptedException {
    Repetition repetition = Repetition.of(catalog.traits(statement).kind());
    send(
        statement,
        counted,
        () -> request(statement, repetition, counted),
        underWay,
        (answer, failed) -> {
          if (answer != null) {
            tally.written(second.finding());
          } else if (RefusedContent.is(failed)) {
            tally.refused(second.row(), catalog.refusal(statement, failed));
          } else {
            underWay.fail(failure(statement, failed));
          }
        });
  }

  private CompletionStage<AsyncResultSet> request(
      BoundStatement statement, Repetition repetition, int counted) throws InterruptedException {
    return sender.send(
        List.of(statement), BatchType.UNLOGGED, Common.of(statement), repetition, counted);
  }

  /** Sends a request; waits for a place. */
  private interface Sending {
    CompletionStage<AsyncResultSet> send() throws InterruptedException;
  }

  private void send(
      BoundStatement statement,
      int counted,
      Sending sending,
      RowsUnderWay underWay,
      BiConsumer<@Nullable AsyncResultSet, Throwable> then)
      throws InterruptedException {
    sender.throttle(counted, List.of(statement));
    underWay.begin();
    boolean isSent = false;
    try {
      sending
          .send()
          .whenComplete(
              (answer, failed) -> {
                try {
                  then.accept(answer, failed);
                } catch (RuntimeException e) {
                  underWay.fail(failure(statement, e));
                } finally {
                  underWay.end();
                }
              });
      isSent = true;
    } finally {
      if (!isSent) {
        underWay.end();
      }
    }
  }

  private Optional<BoundStatement> bind(Given given, RowOperation operation, BulkTally tally) {
    try {
      return Optional.of(statements.bind(operation));
    } catch (BulkOperationException e) {
      if (!RowStatements.isOfRow(e)) {
        throw e;
      }
      tally.refused(given, e);
      return Optional.empty();
    }
  }

  private BulkOperationException failure(BoundStatement statement, Throwable failed) {
    return new BulkOperationException(
        String.format(
            "The bulk write ended, as a row for %s, %s could not be written: %s",
            catalog.traits(statement).table().name(),
            catalog.rowOf(statement),
            Failures.describe(failed)),
        Failures.unwrap(failed));
  }
}
