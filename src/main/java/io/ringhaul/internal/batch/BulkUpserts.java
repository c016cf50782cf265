package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.BulkResult;
import io.ringhaul.batch.Operation;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.batch.BulkTally.Effect;
import io.ringhaul.internal.batch.BulkTally.Given;
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

  /**
   * A try to write a row of an upsert.
   *
   * @param number counts the tries of the row, from 1
   * @param way 0 to create the row; more for the ways to write over it
   * @param isCounted whether an earlier try was answered, with which the row counts as sent
   * @param isInDoubt whether an earlier try may have been applied, or not
   */
  record UpsertStep(Given given, int number, int way, boolean isCounted, boolean isInDoubt) {

    /** Others win so often only if they do nothing else than to write and delete the row. */
    static final int MOST = 20;

    static UpsertStep first(Given given) {
      return new UpsertStep(given, 1, 0, false, false);
    }

    boolean isLast() {
      return number >= MOST;
    }

    /** As how many rows it counts. */
    int counted() {
      return isCounted ? 0 : 1;
    }

    /** Returns the step after all statements that overwrite the row were tried. */
    UpsertStep toCreate() {
      return new UpsertStep(given, number, 0, isCounted, isInDoubt);
    }

    /** The condition did not hold, or no longer if the try has been in doubt itself. */
    UpsertStep afterNotApplied(boolean wasInDoubt) {
      return new UpsertStep(given, number + 1, way + 1, true, isInDoubt || wasInDoubt);
    }

    /** The answer was lost; most likely the row is there. */
    UpsertStep afterLost() {
      return new UpsertStep(given, number + 1, Math.max(way, 1), isCounted, true);
    }
  }
}
