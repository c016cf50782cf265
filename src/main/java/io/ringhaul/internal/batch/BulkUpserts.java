package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.BulkResult;
import io.ringhaul.batch.Operation;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.batch.BulkTally.Effect;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes rows of tables in bulk and finds out which were there: a row is created if it is not
 * there, or else written over if it is, in turns until one of both is done. Each is a condition, so
 * that Paxos gives the time of what is written; a plain write with the time of a client whose clock
 * is behind would lose against what an earlier condition wrote, and nobody would hear of it.
 *
 * <p>What the cluster answers is counted on the driver's threads, which never wait; all that
 * follows from it is sent by the thread that gives the rows. Thread-safe.
 */
public final class BulkUpserts {

  private final RowRequests requests;
  private final RowStatements statements;

  public BulkUpserts(RowRequests requests, RowStatements statements) {
    this.requests = requests;
    this.statements = statements;
  }

  /** See {@link BatchWriter#bulkUpsert(Iterable, Consumer)}. */
  public BulkResult upsert(Iterable<TableRow> rows, Consumer<BulkResult.Reject> rejects)
      throws InterruptedException {
    BulkTally tally = new BulkTally(rejects);
    RowsUnderWay underWay = new RowsUnderWay();
    try {
      for (TableRow row : rows) {
        tally.tell();
        underWay.requireSound();
        send(UpsertStep.first(tally.take(row)), tally, underWay);
        sendNext(tally, underWay);
      }
      do {
        sendNext(tally, underWay);
      } while (!underWay.await());
    } catch (RuntimeException e) {
      throw underWay.ended(e, tally);
    }
    return tally.result();
  }

  private void sendNext(BulkTally tally, RowsUnderWay underWay) throws InterruptedException {
    for (UpsertStep next = underWay.next(); next != null; next = underWay.next()) {
      send(next, tally, underWay);
    }
  }

  private void send(UpsertStep step, BulkTally tally, RowsUnderWay underWay)
      throws InterruptedException {
    List<List<BoundStatement>> ways;
    try {
      TableRow row = step.given().row();
      ways =
          step.way() == 0
              ? List.of(List.of(statements.bind(Operation.insert(row).ifNotExists())))
              : statements.overwriting(row);
    } catch (BulkOperationException e) {
      if (!RowStatements.isOfRow(e)) {
        throw e;
      }
      tally.rejected(step.given(), e);
      return;
    }
    if (step.way() > ways.size()) {
      send(step.toCreate(), tally, underWay);
      return;
    }
    List<BoundStatement> together = ways.get(Math.max(0, step.way() - 1));
    boolean isPlain = step.way() > 0 && together.size() == 1;
    requests.send(
        together,
        isPlain ? requests.repetition(together.get(0)) : Repetition.UNLESS_DECIDED,
        step.counted(),
        underWay,
        (answer, failed) -> {
          if (answer != null) {
            answered(step, together, answer, tally, underWay);
          } else if (RefusedContent.is(failed)) {
            tally.rejected(step.given(), requests.refusal(together, failed));
          } else if (!isPlain && !step.isLast() && LostConditions.isInDoubt(failed)) {
            underWay.again(step.afterLost());
          } else {
            underWay.fail(requests.failure(together, failed));
          }
        });
  }

  private void answered(
      UpsertStep step,
      List<BoundStatement> together,
      AsyncResultSet answer,
      BulkTally tally,
      RowsUnderWay underWay) {
    if (answer.wasApplied()) {
      Effect found = step.way() == 0 ? Effect.CREATED : Effect.UPDATED;
      tally.written(step.isInDoubt() ? Effect.UNDETERMINED : found);
    } else if (step.isLast()) {
      tally.rejected(step.given(), requests.contention(together));
    } else {
      underWay.again(step.afterNotApplied(LostConditions.isInDoubt(answer)));
    }
  }
}
