package io.ringhaul.exceptions;

import org.jspecify.annotations.Nullable;

/** A value that the target's type cannot hold exactly. Nothing is rounded or cut in silence. */
public class UnrepresentableValueException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final String column;

  /**
   * @param column the column that holds the value
   * @param message one sentence that names the value and the bound it breaks
   */
  public UnrepresentableValueException(String column, String message) {
    this(column, message, null);
  }

  /** Creates the exception with its cause. */
  public UnrepresentableValueException(String column, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.column = column;
  }

  /** The column that holds the value. */
  public String column() {
    return column;
  }
}
