package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.batch.Operation.RowOperation;

/**
 * Makes statements of operations on rows. Each is prepared once for each table, verb and set of
 * conditions, however many columns the rows have values for. Thread-safe.
 */
final class RowStatements {

  private final CqlSession session;

  RowStatements(CqlSession session) {
    this.session = session;
  }

  /**
   * The statement of an operation.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the table or a column is unknown, a
   *     key column has no value, or a value does not fit its column; names them
   */
  BoundStatement bind(RowOperation operation) {
    throw new UnsupportedOperationException(operation + " on " + session);
  }
}
