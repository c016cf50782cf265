package io.ringhaul.job;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statements on a connection. */
final class Sql {

  /** Reads the row at which the result is. */
  @FunctionalInterface
  interface RowMapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  private Sql() {}

  /** What a query gives. */
  static <T> List<T> query(
      Connection connection, String sql, RowMapper<T> mapper, @Nullable Object... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      List<T> result = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          result.add(mapper.map(rows));
        }
      }
      return result;
    } catch (SQLException e) {
      throw new SqlFailure(e);
    }
  }

  /** Changes rows, and gives their number. */
  static int update(Connection connection, String sql, @Nullable Object... parameters) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, parameters);
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new SqlFailure(e);
    }
  }

  /** Runs one statement with each of these parameters. */
  static void updateAll(Connection connection, String sql, Iterable<@Nullable Object[]> rows) {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int waiting = 0;
      for (@Nullable Object[] row : rows) {
        bind(statement, row);
        statement.addBatch();
        if (++waiting == BATCH) {
          statement.executeBatch();
          waiting = 0;
        }
      }
      if (waiting > 0) {
        statement.executeBatch();
      }
    } catch (SQLException e) {
      throw new SqlFailure(e);
    }
  }

  private static final int BATCH = 500;

  private static void bind(PreparedStatement statement, @Nullable Object... parameters)
      throws SQLException {
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
  }
}
