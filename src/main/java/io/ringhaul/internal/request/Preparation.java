package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.exceptions.BulkOperationException;

/** Prepares statements with retries. */
public final class Preparation {

  /** The default number of attempts of a request; the pauses add up to about 20 seconds. */
  private static final int ATTEMPTS = 10;

  private Preparation() {}

  /**
   * Prepares a statement.
   *
   * @param what the statement as messages name it, such as {@code The insert into store.orders}
   * @throws BulkOperationException if the statement cannot be prepared
   */
  public static PreparedStatement prepare(CqlSession session, String cql, String what) {
    try {
      return prepare(session, cql);
    } catch (RuntimeException e) {
      throw failed(cql, what, e);
    }
  }

  /**
   * Prepares a statement. Retries after {@linkplain Failures#isPassing transient} failures, with
   * pauses in the calling thread, since other requests of the session may overload the cluster.
   *
   * @throws RuntimeException the driver's exception of the last attempt
   */
  public static PreparedStatement prepare(CqlSession session, String cql) {
    for (int attempt = 1; ; attempt++) {
      try {
        return session.prepare(cql);
      } catch (RuntimeException e) {
        if (attempt == ATTEMPTS || !Failures.isPassing(e) || !RetryPauses.pause(attempt)) {
          throw e;
        }
      }
    }
  }

  /** Returns the exception for a statement that cannot be prepared. */
  public static BulkOperationException failed(String cql, String what, Throwable failure) {
    return new BulkOperationException(
        String.format("%s could not be prepared (%s): %s", what, cql, Failures.describe(failure)),
        failure);
  }
}
