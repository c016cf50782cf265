package io.ringhaul.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * A record of a source does not form a row, for example because of a missing field, an extra quote
 * or invalid characters. The reader continues after the record.
 */
public final class MalformedRecordException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  /**
   * @param message the problem, with the record and the file
   */
  public MalformedRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
