package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.schema.TableDescription;
import java.util.Optional;

/** What is to be said of an import that failed or was cancelled in its middle. */
final class FailedImport {

  private FailedImport() {}

  /**
   * What stays in the table, and how to go on.
   *
   * @param append whether rows must not be written twice
   */
  static String whatStays(
      OperationJob job, TableDescription table, boolean append, ImportChoices choices) {
    if (job.isDurable()) {
      return append
          ? String.format(
              "what was written so far stays; resuming job %s does not write it again, and names"
                  + " the parts of the source that it cannot tell of",
              job.id())
          : "the rows written so far stay; resume job " + job.id();
    }
    if (table.isCounterTable() && choices.addToCounters()) {
      return "what was added so far stays, and running the import again would add it again; compare"
          + " the counters with what they should hold before you do";
    }
    if (table.isCounterTable()) {
      return "what was added so far stays; empty the table with TRUNCATE before you run the import"
          + " again";
    }
    return append
        ? "the rows written so far stay; empty the table before you run the import again, or lists"
            + " would hold their elements twice"
        : "the rows written so far stay, and it is safe to run the import again";
  }

  /**
   * Waits for writes in flight that must not be done twice, and adds to the failure which rows are
   * in doubt, as a suppressed exception, and what stays in the table.
   *
   * @param once whether rows must not be written twice, so that it matters what stays
   */
  static void settle(Exception failure, StreamWriter writer, boolean once, String whatStays) {
    Optional<UnknownWriteOutcomeException> doubtful =
        Uninterrupted.call("ringhaul-settle", () -> settled(writer));
    if (failure instanceof UnknownWriteOutcomeException known
        && known.rows().size() == doubtful.map(more -> more.rows().size()).orElse(0)) {
      return;
    }
    doubtful.ifPresent(failure::addSuppressed);
    // A job that cannot go on says itself why, and what is to be done.
    if (once
        && failure instanceof BulkOperationException known
        && !(failure instanceof JobException)) {
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

  private static Optional<UnknownWriteOutcomeException> settled(StreamWriter writer) {
    try {
      return writer.settle();
    } catch (InterruptedException e) {
      // Nobody knows this thread to interrupt it.
      throw new IllegalStateException(e);
    }
  }
}
