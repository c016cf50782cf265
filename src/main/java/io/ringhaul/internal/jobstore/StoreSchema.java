package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.StorageException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * The tables of a store and their version, which is stored beside them.
 *
 * @param script creates the tables in an empty store
 */
record StoreSchema(int version, String script) {

  /** Changes with {@code schema.sql}. */
  static final int VERSION = 4;

  private static final String VERSION_TABLE = "batch_schema";

  /** The tables that this code reads and writes. */
  static StoreSchema current() {
    return new StoreSchema(VERSION, Statements.text("schema.sql"));
  }

  /**
   * Whether the tables exist and have this version.
   *
   * @param handle without an open transaction, since a missing table ends one
   * @throws StorageException if they have another version
   */
  boolean isPresent(Handle handle, String location) {
    List<Integer> stored;
    try {
      stored =
          handle
              .createQuery("SELECT version FROM " + VERSION_TABLE + " WHERE id = 1")
              .mapTo(Integer.class)
              .list();
    } catch (JdbiException e) {
      if (isMissingTable(e)) {
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

  private static boolean isMissingTable(JdbiException e) {
    var failure = StoreDatabase.sqlFailure(e);
    return "42P01".equals(failure.getSQLState())
        || String.valueOf(failure.getMessage()).contains("no such table: " + VERSION_TABLE);
  }

  /**
   * Creates the tables, unless another process has created them in the meantime.
   *
   * @param handle in a transaction
   * @throws StorageException if they have another version
   */
  void create(Handle handle, String location) {
    handle.execute(
        "CREATE TABLE IF NOT EXISTS "
            + VERSION_TABLE
            + " (id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL, created TEXT NOT NULL)");
    // Waits for another process that creates the tables, and then finds its row.
    int added =
        handle.execute(
            "INSERT INTO " + VERSION_TABLE + " VALUES (1, ?, ?) ON CONFLICT (id) DO NOTHING",
            version,
            StoredTime.text(Instant.now()));
    if (added == 0) {
      isPresent(handle, location);
    } else {
      handle.createScript(script).executeAsSeparateStatements();
    }
  }
}
