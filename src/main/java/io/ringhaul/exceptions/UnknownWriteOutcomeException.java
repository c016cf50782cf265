package io.ringhaul.exceptions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes that must not be done twice, such as counter updates, were sent, and whether they took
 * effect is not known: the cluster did not answer in time, or the connection was lost. They were
 * not repeated. Read the rows and compare them with what they should hold.
 */
public class UnknownWriteOutcomeException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final List<String> rows;

  /**
   * @param message one sentence that says how many writes are in doubt and what to do
   * @param rows the rows concerned, each named by its key, such as {@code (id = 1, day =
   *     '2024-01-31')}
   */
  public UnknownWriteOutcomeException(
      String message, @Nullable Throwable cause, List<String> rows) {
    super(message, cause);
    this.rows = List.copyOf(rows);
  }

  /**
   * The rows that may or may not have been written, each named by its key. A row is named once for
   * each of its writes that is in doubt.
   */
  public List<String> rows() {
    return rows;
  }
}
