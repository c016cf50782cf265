package io.ringhaul.scan;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.ring.TokenRange;

/** A range could not be read, although it was tried as often as allowed. */
public final class UnreadableRangeException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final TokenRange range;

  UnreadableRangeException(TokenRange range, String message, Throwable cause) {
    super(message, cause);
    this.range = range;
  }

  /** The range, without a wrap. */
  public TokenRange range() {
    return range;
  }
}
