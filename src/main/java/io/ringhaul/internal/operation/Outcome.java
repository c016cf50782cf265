package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.monitor.OperationTotals;
import java.util.List;
import java.util.function.LongSupplier;

/** How operations end when they do not end well: always with what was done by then. */
final class Outcome {

  /** Work that an interrupt cancels. */
  @FunctionalInterface
  interface Interruptible<T> {
    T call() throws InterruptedException;
  }

  private Outcome() {}

  /**
   * Runs the work; what it throws gets the figures reached by then.
   *
   * @param doing the operation's name for messages, such as {@code Counting store.orders}
   * @param whenCancelled what a cancelled operation leaves behind, for its message
   */
  static <T> T of(
      ProgressMeter meter,
      LongSupplier retries,
      String doing,
      String whenCancelled,
      Interruptible<T> work) {
    try {
      return work.call();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw withSuppressed(
          new OperationCancelledException(
              doing + " was cancelled; " + whenCancelled, meter.totals(retries.getAsLong())),
          e);
    } catch (BulkOperationException e) {
      OperationTotals totals = meter.totals(retries.getAsLong());
      if (e.getClass() != BulkOperationException.class) {
        throw e.reached(totals);
      }
      throw withSuppressed(
          new BulkOperationException(
              doing + " failed. " + e.message(Setting::mark), e.getCause(), totals, List.of()),
          e);
    }
  }

  /** What belongs to a failure, such as rows in doubt, belongs to the one that stands for it. */
  private static BulkOperationException withSuppressed(
      BulkOperationException failed, Exception original) {
    for (Throwable suppressed : original.getSuppressed()) {
      failed.addSuppressed(suppressed);
    }
    return failed;
  }

  /**
   * The failure of an operation that could not read all ranges.
   *
   * @param remedy what to do once the nodes are well
   */
  static IncompleteOperationException incomplete(
      String doing, OperationTotals totals, List<FailedRange> failed, String remedy) {
    return new IncompleteOperationException(
        String.format(
            "%s is incomplete: %d of %d token ranges could not be read, nothing was committed. The"
                + " first is %s. Check the nodes that hold them and %s",
            doing, failed.size(), totals.rangesPlanned(), failed.get(0), remedy),
        null,
        totals,
        failed);
  }
}
