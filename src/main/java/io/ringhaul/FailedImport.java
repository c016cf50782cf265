package io.ringhaul;

import io.ringhaul.batch.BatchWriter;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import java.util.Optional;

/** What is to be said of an import that failed or was cancelled in its middle. */
final class FailedImport {

  private FailedImport() {}

  /**
   * Waits for writes in flight that must not be done twice, and adds to the failure which rows are
   * in doubt, as a suppressed exception, and what stays in the table.
   *
   * @param once whether rows must not be written twice, so that it matters what stays
   */
  static void settle(Exception failure, BatchWriter writer, boolean once, String whatStays) {
    Optional<UnknownWriteOutcomeException> doubtful =
        Uninterrupted.call("ringhaul-settle", () -> settled(writer));
    if (failure instanceof UnknownWriteOutcomeException known
        && known.rows().size() == doubtful.map(more -> more.rows().size()).orElse(0)) {
      return;
    }
    doubtful.ifPresent(failure::addSuppressed);
    if (once && failure instanceof BulkOperationException known) {
      known.leaving(whatStays);
    }
  }

  /** Keeps what is worth keeping; the failure stays the one that is reported. */
  static void keep(Exception failure, ImportTasks tasks) {
    try {
      Uninterrupted.call(
          "ringhaul-keep",
          () -> {
            tasks.keep();
            return tasks;
          });
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static Optional<UnknownWriteOutcomeException> settled(BatchWriter writer) {
    try {
      return writer.settle();
    } catch (InterruptedException e) {
      // Nobody knows this thread to interrupt it.
      throw new IllegalStateException(e);
    }
  }
}
