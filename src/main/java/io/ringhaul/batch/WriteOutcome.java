package io.ringhaul.batch;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import org.jspecify.annotations.Nullable;

/**
 * Hears what became of statements that were added together: one of its methods is called, once, on
 * a thread of the driver, so that it must not wait; or at once, on the thread that adds them.
 * Statements that the writer never sent, since it was closed or had failed, have no outcome. If a
 * method throws, the writer fails: nobody could take its word then.
 */
public interface WriteOutcome {

  /**
   * The cluster has acknowledged them.
   *
   * @param bytes the size of their values
   */
  void written(long bytes);

  /**
   * The cluster refuses them for what they hold, such as a key or a value that is too large, and
   * has written none of them. They were sent without any others, or not at all if one of them is
   * larger than any mutation that the cluster takes or has a value that cannot be encoded.
   *
   * @param failure names the table and the row
   * @return what ends the writing; null if it goes on with what else was added
   */
  @Nullable BulkOperationException rejected(RowRejectedException failure);

  /** They must not be done twice, were sent, and whether they were done is not known. */
  default void inDoubt(Throwable failure) {}

  /** They could not be written, and the writer fails. */
  default void failed(Throwable failure) {}

  /** For statements whose refusal ends the writing, and of whose outcome nobody hears else. */
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
