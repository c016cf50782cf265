package io.ringhaul.exceptions;

/**
 * A row could neither be created nor written over, however often it was tried, since others wrote
 * and deleted it all the while. At the last try nothing was written; it may pass later.
 */
public final class ContendedRowException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message names the table, the row and how often it was tried
   */
  public ContendedRowException(String message) {
    super(message);
  }
}
