package io.ringhaul.internal.jobstore;

import java.sql.SQLException;

/**
 * An SQL exception on its way to the code that interprets it. Never thrown to callers of the store.
 */
final class SqlFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final SQLException failure;

  SqlFailure(SQLException failure) {
    super(failure);
    this.failure = failure;
  }

  SQLException failure() {
    return failure;
  }
}
