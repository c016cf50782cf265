package io.ringhaul.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * The cluster refuses to write a row for what it holds: a key or a value that is too large, a
 * guardrail that it breaks. It was sent alone, or not at all if no mutation may be so large, and
 * nothing of it was written.
 */
public final class RowRejectedException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message names the table, the row and what the cluster said
   */
  public RowRejectedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
