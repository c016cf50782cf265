package io.ringhaul.request;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.exceptions.BulkOperationException;

/** Prepares statements; what the cluster refuses is said in words. */
public final class Preparation {

  private Preparation() {}

  /**
   * The prepared statement.
   *
   * @param what the statement, for people, such as {@code The insert into store.orders}
   * @throws BulkOperationException if it could not be prepared
   */
  public static PreparedStatement prepare(CqlSession session, String cql, String what) {
    try {
      return session.prepare(cql);
    } catch (RuntimeException e) {
      throw failed(cql, what, e);
    }
  }

  /** The exception for a statement that could not be prepared. */
  public static BulkOperationException failed(String cql, String what, Throwable failure) {
    return new BulkOperationException(
        String.format("%s could not be prepared (%s): %s", what, cql, Failures.describe(failure)),
        failure);
  }
}
