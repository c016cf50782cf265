package io.ringhaul.exceptions;

/** More rows were rejected than the operation allows. */
public final class TooManyRejectsException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final long rejectedRows;

  /**
   * @param message what was rejected, the limit, and where the rows are kept
   */
  public TooManyRejectsException(long rejectedRows, String message) {
    super(message);
    this.rejectedRows = rejectedRows;
  }

  /** How many rows were rejected by then. */
  public long rejectedRows() {
    return rejectedRows;
  }
}
