package io.ringhaul.exceptions;

import org.jspecify.annotations.Nullable;

/**
 * The target's type cannot hold a value exactly. Values are never rounded or truncated silently.
 */
public class UnrepresentableValueException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final String column;

  /**
   * @param column the column of the value
   * @param message one sentence that names the value and the bound that it exceeds
   */
  public UnrepresentableValueException(String column, String message) {
    this(column, message, null);
  }

  /** Creates the exception with its cause. */
  public UnrepresentableValueException(String column, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.column = column;
  }

  /** The column of the value. */
  public String column() {
    return column;
  }
}
