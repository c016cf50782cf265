package io.ringhaul.exceptions;

/**
 * The Cassandra table, or one of its columns, is missing or of an unsupported kind; or the table
 * was recreated or truncated during a count or read.
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
