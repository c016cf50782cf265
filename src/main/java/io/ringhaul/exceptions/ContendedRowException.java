package io.ringhaul.exceptions;

/**
 * A row was changed concurrently in each attempt to write it, so that it could neither be created
 * nor overwritten. The last attempt wrote nothing; a later one may succeed.
 */
public final class ContendedRowException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message names the table, the row and the number of attempts
   */
  public ContendedRowException(String message) {
    super(message);
  }
}
