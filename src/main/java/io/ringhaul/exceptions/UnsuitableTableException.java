package io.ringhaul.exceptions;

/**
 * The Cassandra table, or one of its columns, is missing or of a kind the operation cannot work
 * with; or a table was dropped and made again, or truncated, while it was counted or read.
 */
public class UnsuitableTableException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final String table;

  /**
   * @param table {@code keyspace.table} in CQL form
   * @param message one sentence that names the table and what to do
   */
  public UnsuitableTableException(String table, String message) {
    super(message);
    this.table = table;
  }

  /** {@code keyspace.table} in CQL form. */
  public String table() {
    return table;
  }
}
