package io.ringhaul.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * The cluster rejects a row because of its content, such as a key or value that is too large or a
 * violated guardrail. The row was sent alone, or not sent at all if it exceeds the largest possible
 * mutation. No part of it was written.
 */
public final class RowRejectedException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message names the table, the row and the error of the cluster
   */
  public RowRejectedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
