package io.ringhaul.exceptions;

import io.ringhaul.monitor.OperationTotals;
import java.util.List;

/**
 * The operation was cancelled or its thread was interrupted. An export has committed nothing; rows
 * written by an import remain.
 */
public class OperationCancelledException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param partialResult what the operation had done
   */
  public OperationCancelledException(String message, OperationTotals partialResult) {
    super(message, null, partialResult, List.of());
  }

  /** Creates an exception for an interrupt, or for a thread that a closed operator refused. */
  public OperationCancelledException(String message, Exception cause) {
    super(message, cause);
  }
}
