package io.ringhaul.batch;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import org.jspecify.annotations.Nullable;

/**
 * Receives the outcome of statements that were added together. Exactly one method is called, once,
 * on a driver thread, so it must not block; or, for statements that could not be sent, on the
 * thread that tried to send them. Statements that are still buffered when the writer fails or is
 * closed have no outcome. If a method throws, the writer fails, because the outcome is lost.
 */
public interface WriteOutcome {

  /**
   * Called when the cluster has acknowledged the statements.
   *
   * @param bytes the size of the values
   */
  void written(long bytes);

  /**
   * Called when the content of the statements was rejected, such as a key or a value that is too
   * large; none of them is written. The cluster rejected a request with these statements only; or
   * they were not sent because one of them exceeds the cluster's largest mutation or has a value
   * that cannot be encoded.
   *
   * @param failure names the table and the row
   * @return the exception with which the writer fails; null if the writer continues
   */
  @Nullable BulkOperationException rejected(RowRejectedException failure);

  /** Called when the outcome of non-idempotent statements is unknown. */
  default void inDoubt(Throwable failure) {}

  /** Called when the statements could not be written and the writer fails. */
  default void failed(Throwable failure) {}

  /** Fails the writer on a rejection and ignores all other outcomes. */
  WriteOutcome UNHEARD =
      new WriteOutcome() {
        @Override
        public void written(long bytes) {}

        @Override
        public BulkOperationException rejected(RowRejectedException failure) {
          return failure;
        }
      };
}
