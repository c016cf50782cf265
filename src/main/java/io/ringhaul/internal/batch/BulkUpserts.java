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
 * Writes rows of tables in bulk and determines which rows existed. Alternates between "create if
 * absent" and "overwrite if present" until one of them is applied. Both are conditional, so that
 * Paxos sets the write time; a plain write from a client whose clock is behind would silently lose
 * against an earlier conditional write.
 *
 * <p>Responses are counted on the driver's threads, which never block; further attempts are sent by
 * the calling thread. Thread-safe.
 */
public final class BulkUpserts {

  private final RowRequests requests;
  private final RowStatements statements;

  public BulkUpserts(RowRequests requests, RowStatements statements) {
    this.requests = requests;
    this.statements = statements;
  }

  /** See {@link BatchWriter#bulkInsertWithPaxos(Iterable)}. */
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
   * One attempt to upsert a row.
   *
   * @param number the number of the attempt, from 1
   * @param way 0 to create the row; n for the n-th batch of {@link RowStatements#overwriting}
   * @param isCounted whether the row was counted with an earlier attempt
   * @param isInDoubt whether an earlier attempt has an unknown outcome
   */
  record UpsertStep(Given given, int number, int way, boolean isCounted, boolean isInDoubt) {

    /**
     * Maximum number of attempts. Only concurrent writes and deletes of the same row use up this
     * many.
     */
    static final int MOST = 20;

    static UpsertStep first(Given given) {
      return new UpsertStep(given, 1, 0, false, false);
    }

    boolean isLast() {
      return number >= MOST;
    }

    /** The number of rows that this attempt counts. */
    int counted() {
      return isCounted ? 0 : 1;
    }

    /** Returns the step after all overwriting batches were tried: create the row. */
    UpsertStep toCreate() {
      return new UpsertStep(given, number, 0, isCounted, isInDoubt);
    }

    /** Returns the step after a condition that did not hold. */
    UpsertStep afterNotApplied(boolean wasInDoubt) {
      return new UpsertStep(given, number + 1, way + 1, true, isInDoubt || wasInDoubt);
    }

    /** Returns the step after a lost response: overwrite, since the row most likely exists. */
    UpsertStep afterLost() {
      return new UpsertStep(given, number + 1, Math.max(way, 1), isCounted, true);
    }
  }
}
