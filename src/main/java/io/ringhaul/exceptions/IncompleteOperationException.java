package io.ringhaul.exceptions;

import io.ringhaul.monitor.OperationTotals;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some token ranges could not be read. Nothing was committed to the target; the partial result and
 * the failed ranges show how far the operation came.
 */
public class IncompleteOperationException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * Creates an exception as {@link BulkOperationException} does; {@code failedRanges} is never
   * empty here.
   */
  public IncompleteOperationException(
      String message,
      @Nullable Throwable cause,
      OperationTotals partialResult,
      List<FailedRange> failedRanges) {
    super(message, cause, partialResult, failedRanges);
  }
}
