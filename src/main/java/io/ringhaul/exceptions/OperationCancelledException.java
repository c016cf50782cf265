package io.ringhaul.exceptions;

import io.ringhaul.monitor.OperationTotals;
import java.util.List;

/**
 * The operation was cancelled or its thread interrupted. An export has committed nothing then; the
 * rows that an import had written stay.
 */
public class OperationCancelledException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param partialResult what was done by then
   */
  public OperationCancelledException(String message, OperationTotals partialResult) {
    super(message, null, partialResult, List.of());
  }
}
