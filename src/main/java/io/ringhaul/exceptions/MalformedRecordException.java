package io.ringhaul.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * A record of a source is no row: a field too few, a quote too many, bytes that are no text. The
 * reader goes on behind it.
 */
public final class MalformedRecordException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message what is wrong with which record of which file
   */
  public MalformedRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
