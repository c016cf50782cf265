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

/** Sends rows of bulk writes, each as a request of its own. Thread-safe. */
public final class RowRequests {

  private final BatchSender sender;
  private final StatementCatalog catalog;
  private final Runnable requireOpen;

  /**
   * @param requireOpen throws if the writer takes nothing more
   */
  public RowRequests(BatchSender sender, StatementCatalog catalog, Runnable requireOpen) {
    this.requireOpen = requireOpen;
    this.sender = sender;
    this.catalog = catalog;
  }

  /** After which failures a plain write of a row is sent again. */
  Repetition repetition(BoundStatement statement) {
    return Repetition.of(catalog.traits(statement).kind());
  }

  /**
   * Sends what writes one row; waits for a slot.
   *
   * @param counted as how many rows it counts
   * @param then is told the answer or the failure, on a thread of the driver; must not wait
   */
  void send(
      List<BoundStatement> together,
      Repetition repetition,
      int counted,
      RowsUnderWay underWay,
      BiConsumer<@Nullable AsyncResultSet, Throwable> then)
      throws InterruptedException {
    requireOpen.run();
    sender.throttle(counted, together);
    underWay.begin();
    boolean isSent = false;
    try {
      sender
          .send(together, BatchType.UNLOGGED, BatchAttributes.of(together), repetition, counted)
          .whenComplete(
              (answer, failed) -> {
                try {
                  then.accept(answer, failed);
                } catch (RuntimeException e) {
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

  /** Why the row is rejected that the cluster refuses for what it holds. */
  RowRejectedException refusal(List<BoundStatement> together, Throwable refusal) {
    return catalog.refusal(together.get(0), refusal);
  }

  /** Why the row is rejected whose conditions never held. */
  ContendedRowException contention(List<BoundStatement> together) {
    return new ContendedRowException(
        String.format(
            "Others write and delete a row of %s, %s, all the while; in %d tries it was neither"
                + " created nor written over. Write it again later, or let one writer have it",
            catalog.traits(together.get(0)).table().name(),
            catalog.rowOf(together.get(0)),
            UpsertStep.MOST));
  }

  /** Why the bulk write ends if the row cannot be written for another reason. */
  BulkOperationException failure(List<BoundStatement> together, Throwable failed) {
    return new BulkOperationException(
        String.format(
            "The bulk write ended, as a row for %s, %s could not be written: %s",
            catalog.traits(together.get(0)).table().name(),
            catalog.rowOf(together.get(0)),
            Failures.describe(failed)),
        Failures.unwrap(failed));
  }
}
