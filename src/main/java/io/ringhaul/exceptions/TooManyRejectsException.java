package io.ringhaul.exceptions;

/** An operation rejected more rows than it allows. */
public final class TooManyRejectsException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final long rejectedRows;

  /**
   * @param message what was rejected, the limit, and where the rows are stored
   */
  public TooManyRejectsException(long rejectedRows, String message) {
    super(message);
    this.rejectedRows = rejectedRows;
  }

  /** The number of rejected rows so far. */
  public long rejectedRows() {
    return rejectedRows;
  }
}
