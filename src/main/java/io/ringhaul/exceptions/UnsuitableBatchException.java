package io.ringhaul.exceptions;

/** A batch of the requested kind cannot hold the statements; none was sent. */
public final class UnsuitableBatchException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message the conflict, and what to do instead
   */
  public UnsuitableBatchException(String message) {
    super(message);
  }
}
