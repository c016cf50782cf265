package io.ringhaul.internal.jobstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Statements on a connection. */
final class Sql {

  /** Reads the current row of a result. */
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

  /** Adds a row, or replaces the one of its key. */
  static void upsert(
      Connection connection, String table, String key, String columns, @Nullable Object... values) {
    update(
        connection,
        "INSERT INTO "
            + table
            + " ("
            + key
            + ", "
            + columns
            + ") VALUES (?"
            + ", ?".repeat(values.length - 1)
            + ") ON CONFLICT ("
            + key
            + ") DO UPDATE SET ("
            + columns
            + ") = (excluded."
            + columns.replace(", ", ", excluded.")
            + ")",
        values);
  }

  /**
   * Removes the rows of a job but for the first ones.
   *
   * @param table has the columns {@code job_id} and {@code id}
   */
  static void keepFirst(Connection connection, String table, String order, UUID job, int count) {
    update(
        connection,
        "DELETE FROM "
            + table
            + " WHERE job_id = ? AND id IN (SELECT id FROM "
            + table
            + " WHERE job_id = ? ORDER BY "
            + order
            + " LIMIT ? OFFSET ?)",
        job.toString(),
        job.toString(),
        Integer.MAX_VALUE,
        count);
  }

  /** A column that is not null. */
  static String text(ResultSet row, int column) throws SQLException {
    @Nullable String value = row.getString(column);
    if (value == null) {
      throw new DamagedRecord("column " + column + " of a row is null");
    }
    return value;
  }

  /** The constant of that name. */
  static <E extends Enum<E>> E constant(Class<E> type, String name) {
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new DamagedRecord(name + " is no " + type.getSimpleName());
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
