package io.ringhaul.exceptions;

import io.ringhaul.monitor.OperationTotals;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some token ranges could not be read, the others were. Nothing was committed to a target; the
 * partial result and the failed ranges say how far the operation came.
 */
public class IncompleteOperationException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /** See {@link BulkOperationException}; {@code failedRanges} is never empty here. */
  public IncompleteOperationException(
      String message,
      @Nullable Throwable cause,
      OperationTotals partialResult,
      List<FailedRange> failedRanges) {
    super(message, cause, partialResult, failedRanges);
  }
}
