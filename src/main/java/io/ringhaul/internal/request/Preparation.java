package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.exceptions.BulkOperationException;

/** Prepares statements; what the cluster refuses is said in words. */
public final class Preparation {

  /** Sent again as often as requests are by default: some 20 seconds of pauses in all. */
  private static final int ATTEMPTS = 10;

  private Preparation() {}

  /**
   * The prepared statement.
   *
   * @param what the statement, for people, such as {@code The insert into store.orders}
   * @throws BulkOperationException if it could not be prepared
   */
  public static PreparedStatement prepare(CqlSession session, String cql, String what) {
    try {
      return prepare(session, cql);
    } catch (RuntimeException e) {
      throw failed(cql, what, e);
    }
  }

  /**
   * The prepared statement. As the session may be busy with the caller's own requests, or with this
   * job's, what fails for a {@linkplain Failures#isPassing passing} reason is tried again, after a
   * pause in the calling thread.
   *
   * @throws RuntimeException whatever the driver throws in the end
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

  /** The exception for a statement that could not be prepared. */
  public static BulkOperationException failed(String cql, String what, Throwable failure) {
    return new BulkOperationException(
        String.format("%s could not be prepared (%s): %s", what, cql, Failures.describe(failure)),
        failure);
  }
}
