package io.ringhaul.internal.jobstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Begins and ends transactions on a connection in auto-commit mode. */
enum SqlTransaction {

  /** The way of JDBC. */
  STANDARD {
    @Override
    void begin(Connection connection) throws SQLException {
      connection.setAutoCommit(false);
    }

    @Override
    void commit(Connection connection) throws SQLException {
      connection.commit();
      connection.setAutoCommit(true);
    }

    @Override
    void rollback(Connection connection) throws SQLException {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  },

  /**
   * The way of SQLite, which takes the lock for writing at once: to ask for it after a look fails
   * without a wait. The driver's own way of JDBC is of no use: after a transaction that could not
   * begin, or that SQLite itself took back, it goes on as if there were one.
   */
  SQLITE {
    @Override
    void begin(Connection connection) throws SQLException {
      execute(connection, "BEGIN IMMEDIATE");
    }

    @Override
    void commit(Connection connection) throws SQLException {
      execute(connection, "COMMIT");
    }

    @Override
    void rollback(Connection connection) throws SQLException {
      execute(connection, "ROLLBACK");
    }
  };

  /** Work within a transaction. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws SQLException;
  }

  abstract void begin(Connection connection) throws SQLException;

  abstract void commit(Connection connection) throws SQLException;

  abstract void rollback(Connection connection) throws SQLException;

  /**
   * Does work and commits it, or takes it back.
   *
   * @throws DoubtfulCommit if the commit failed, so that it is not known whether it has happened
   */
  <T> T run(Connection connection, Work<T> work) throws SQLException {
    begin(connection);
    try {
      T result = work.run();
      commitOrDoubt(connection);
      return result;
    } catch (SQLException | RuntimeException | Error e) {
      try {
        rollback(connection);
      } catch (SQLException again) {
        // Also where the database has taken the work back by itself.
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private void commitOrDoubt(Connection connection) throws SQLException {
    try {
      commit(connection);
    } catch (SQLException e) {
      throw new DoubtfulCommit(e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
