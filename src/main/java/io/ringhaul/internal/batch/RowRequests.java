package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.ContendedRowException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.internal.batch.BulkUpserts.UpsertStep;
import io.ringhaul.internal.cql.StatementCatalog;
import io.ringhaul.internal.request.Failures;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Sends each row of a bulk write as a request of its own. Thread-safe. */
public final class RowRequests {

  private final BatchSender sender;
  private final StatementCatalog catalog;
  private final Runnable requireOpen;

  /**
   * @param requireOpen throws if the writer is closed or closing
   */
  public RowRequests(BatchSender sender, StatementCatalog catalog, Runnable requireOpen) {
    this.requireOpen = requireOpen;
    this.sender = sender;
    this.catalog = catalog;
  }

  /** Returns the repetition of a write without a condition. */
  Repetition repetition(BoundStatement statement) {
    return Repetition.of(catalog.traits(statement).kind());
  }

  /**
   * Sends the statements of one row; waits for a slot.
   *
   * @param counted the number of rows that the metrics count
   * @param then receives the response or the failure on a driver thread; must not block
   */
  void send(
      List<BoundStatement> together,
      Repetition repetition,
      int counted,
      RowsUnderWay underWay,
      BiConsumer<@Nullable AsyncResultSet, Throwable> then)
      throws InterruptedException {
    requireOpen.run();
    sender.awaitLimits(counted, together);
    underWay.begin();
    boolean isSent = false;
    try {
      sender
          .send(together, BatchType.UNLOGGED, BatchAttributes.of(together), repetition, counted)
          .whenComplete(
              (answer, failed) -> {
                try {
                  then.accept(answer, failed);
                } catch (RuntimeException | Error e) {
                  underWay.fail(failure(together, e));
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

  /** Returns the rejection of a row whose content the cluster refuses. */
  RowRejectedException refusal(List<BoundStatement> together, Throwable refusal) {
    return catalog.refusal(together.get(0), refusal);
  }

  /** Returns the rejection of a row whose conditions held in no attempt. */
  ContendedRowException contention(List<BoundStatement> together) {
    return new ContendedRowException(
        String.format(
            "A row of %s, %s, was changed concurrently in each of %d attempts and was not written."
                + " Write it again later, or let only one client write it",
            catalog.traits(together.get(0)).table().name(),
            catalog.rowOf(together.get(0)),
            UpsertStep.MOST));
  }

  /**
   * Returns the failure of the bulk write after a row failed for another reason than its content.
   */
  BulkOperationException failure(List<BoundStatement> together, Throwable failed) {
    return new BulkOperationException(
        String.format(
            "The bulk write failed because a row of %s, %s, could not be written: %s",
            catalog.traits(together.get(0)).table().name(),
            catalog.rowOf(together.get(0)),
            Failures.describe(failed)),
        Failures.unwrap(failed));
  }
}
