package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;

/** The version of a store's tables, which is stored beside them. */
public final class StoreSchema {

  private static final String VERSION_TABLE = "batch_schema";

  private final List<Migration> migrations;

  public StoreSchema(List<Migration> migrations) {
    this.migrations = List.copyOf(migrations);
  }

  /**
   * Whether the tables are of the version that this code knows.
   *
   * @param connection without a transaction under way, or with one that is ended whatever happens
   * @throws StorageException if they are of a newer one
   */
  boolean isCurrent(Connection connection, String location) {
    int version = version(connection);
    if (version > migrations.size()) {
      throw new StorageException(
          location,
          "The job store "
              + location
              + " has version "
              + version
              + " of its tables; this Ringhaul supports versions up to "
              + migrations.size()
              + "; use the newer Ringhaul, or another store",
          null);
    }
    return version == migrations.size();
  }

  /** The version of the tables; 0 if there are none. */
  private static int version(Connection connection) {
    try {
      List<Integer> versions =
          Sql.query(
              connection,
              "SELECT version FROM " + VERSION_TABLE + " WHERE id = 1",
              row -> row.getInt(1));
      if (versions.size() != 1 || versions.get(0) < 0) {
        throw new DamagedRecord("table " + VERSION_TABLE + " has no version");
      }
      return versions.get(0);
    } catch (SqlFailure e) {
      if (isMissingTable(e.failure())) {
        return 0;
      }
      throw e;
    }
  }

  private static boolean isMissingTable(SQLException failure) {
    return "42P01".equals(failure.getSQLState())
        || String.valueOf(failure.getMessage()).contains("no such table: " + VERSION_TABLE);
  }

  /**
   * Brings the tables to the version that this code knows.
   *
   * @param connection in a transaction, which the caller commits or takes back
   * @throws StorageException if they are of a newer one
   */
  void migrate(Connection connection, String location) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + VERSION_TABLE
              + " (id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL,"
              + " migrated TEXT NOT NULL)");
      String now = StoredTime.text(Instant.now());
      // Whoever comes second waits here, and then finds the work done or fails on the key.
      if (Sql.update(connection, "UPDATE " + VERSION_TABLE + " SET migrated = ?", now) == 0) {
        Sql.update(connection, "INSERT INTO " + VERSION_TABLE + " VALUES (1, 0, ?)", now);
      }
      if (isCurrent(connection, location)) {
        return;
      }
      for (Migration migration : migrations.subList(version(connection), migrations.size())) {
        for (String each : migration.statements()) {
          statement.execute(each);
        }
      }
      Sql.update(connection, "UPDATE " + VERSION_TABLE + " SET version = ?", migrations.size());
    }
  }
}
