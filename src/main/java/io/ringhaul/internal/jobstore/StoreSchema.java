package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The tables of a store and their version, which is stored beside them.
 *
 * @param statements create the tables in an empty store
 */
public record StoreSchema(int version, List<String> statements) {

  /** Changes with {@code schema.sql}. */
  static final int VERSION = 2;

  private static final String VERSION_TABLE = "batch_schema";

  public StoreSchema {
    statements = List.copyOf(statements);
  }

  /** The tables that this code reads and writes. */
  public static StoreSchema current() {
    try (InputStream file =
        Objects.requireNonNull(StoreSchema.class.getResourceAsStream("schema.sql"))) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return new StoreSchema(
          VERSION, Arrays.stream(text.split(";\\R", -1)).filter(each -> !each.isBlank()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Whether the tables exist and have this version.
   *
   * @param connection without an open transaction, or with one that the caller ends in every case
   * @throws StorageException if they have another version
   */
  boolean isPresent(Connection connection, String location) {
    List<Integer> stored;
    try {
      stored =
          Sql.query(
              connection,
              "SELECT version FROM " + VERSION_TABLE + " WHERE id = 1",
              row -> row.getInt(1));
    } catch (SqlFailure e) {
      if (isMissingTable(e.failure())) {
        return false;
      }
      throw e;
    }
    if (stored.size() != 1 || stored.get(0) < 0) {
      throw new DamagedRecord("table " + VERSION_TABLE + " has no version");
    }
    if (stored.get(0) != version) {
      throw new StorageException(
          location,
          "The job store "
              + location
              + " has version "
              + stored.get(0)
              + " of its tables; this Ringhaul supports version "
              + version
              + "; use the Ringhaul that created it, or another store",
          null);
    }
    return true;
  }

  private static boolean isMissingTable(SQLException failure) {
    return "42P01".equals(failure.getSQLState())
        || String.valueOf(failure.getMessage()).contains("no such table: " + VERSION_TABLE);
  }

  /**
   * Creates the tables, unless another process has created them in the meantime.
   *
   * @param connection in a transaction, which the caller commits or takes back
   * @throws StorageException if they have another version
   */
  void create(Connection connection, String location) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + VERSION_TABLE
              + " (id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL,"
              + " created TEXT NOT NULL)");
      // Waits for another process that creates the tables, and then finds its row.
      int added =
          Sql.update(
              connection,
              "INSERT INTO " + VERSION_TABLE + " VALUES (1, ?, ?) ON CONFLICT (id) DO NOTHING",
              version,
              StoredTime.text(Instant.now()));
      if (added == 0) {
        isPresent(connection, location);
        return;
      }
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }
}
