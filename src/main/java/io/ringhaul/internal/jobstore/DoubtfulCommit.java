package io.ringhaul.internal.jobstore;

import java.sql.SQLException;

/** A commit failed with an unknown outcome. */
final class DoubtfulCommit extends SQLException {

  private static final long serialVersionUID = 1;

  DoubtfulCommit(SQLException cause) {
    super(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
  }
}
