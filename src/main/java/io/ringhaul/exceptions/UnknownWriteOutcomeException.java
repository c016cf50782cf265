package io.ringhaul.exceptions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes that must not be repeated, such as counter updates, were sent, but their outcome is
 * unknown: the cluster did not answer in time, or the connection was lost. They were not repeated.
 * Read the rows and compare them with the expected values.
 */
public class UnknownWriteOutcomeException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final List<String> rows;

  /**
   * @param message one sentence with the number of writes in doubt and what to do
   * @param rows the rows, each by its key, such as {@code (id = 1, day = '2024-01-31')}
   */
  public UnknownWriteOutcomeException(
      String message, @Nullable Throwable cause, List<String> rows) {
    super(message, cause);
    this.rows = List.copyOf(rows);
  }

  /** The rows in doubt, each by its key. A row occurs once for each of its writes in doubt. */
  public List<String> rows() {
    return rows;
  }
}
