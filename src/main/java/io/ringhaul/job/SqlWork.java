package io.ringhaul.job;

import java.sql.Connection;
import java.sql.SQLException;

/** Work on a database in one transaction. */
@FunctionalInterface
interface SqlWork<T> {

  T run() throws SQLException;

  /**
   * Does the work and commits it, or takes it back.
   *
   * @throws DoubtfulCommit if the commit failed, so that it is not known whether it has happened
   */
  static <T> T transact(Connection connection, SqlWork<T> work) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try {
      T result = work.run();
      commit(connection);
      connection.setAutoCommit(autoCommit);
      return result;
    } catch (SQLException | RuntimeException | Error e) {
      takeBack(connection, autoCommit, e);
      throw e;
    }
  }

  private static void commit(Connection connection) throws SQLException {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new DoubtfulCommit(e);
    }
  }

  private static void takeBack(Connection connection, boolean autoCommit, Throwable failure) {
    try {
      connection.rollback();
      connection.setAutoCommit(autoCommit);
    } catch (SQLException e) {
      failure.addSuppressed(e);
    }
  }
}
