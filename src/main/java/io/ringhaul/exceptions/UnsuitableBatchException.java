package io.ringhaul.exceptions;

/** Statements that no batch of the asked kind can hold; none of them was sent. */
public final class UnsuitableBatchException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message what does not go together, and what to do instead
   */
  public UnsuitableBatchException(String message) {
    super(message);
  }
}
