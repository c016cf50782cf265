package io.ringhaul.exceptions;

import io.ringhaul.progress.OperationTotals;
import java.util.List;

/** The operation was cancelled or its thread interrupted; nothing was committed. */
public class OperationCancelledException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param partialResult what was done by then
   */
  public OperationCancelledException(String message, OperationTotals partialResult) {
    super(message, null, partialResult, List.of());
  }
}
