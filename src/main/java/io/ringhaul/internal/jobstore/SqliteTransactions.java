package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.StorageException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import org.sqlite.JDBC;

/**
 * Jobs in an SQLite file. Uses one connection, since SQLite has one writer at a time; several
 * processes may open the file.
 */
public final class SqliteTransactions implements Transactions {

  /** How long a lock is waited for, unless told otherwise. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A file of this size, in bytes, is checked in some hundredths of a second. */
  private static final long LARGE_BYTES = 8 << 20;

  private final Path file;
  private final String location;
  private final Duration patience;
  private final Connection connection;
  private boolean closed;

  private SqliteTransactions(Path file, String location, Duration patience, Connection connection) {
    this.file = file.toAbsolutePath();
    this.location = location;
    this.patience = patience;
    this.connection = connection;
  }

  /**
   * Opens the file, and makes it if it is not there.
   *
   * @param patience how long another process's lock is waited for
   * @throws StorageException if it cannot be used
   */
  public static SqliteTransactions open(Path path, Duration patience, StoreSchema schema) {
    requireDriver(path);
    StoreFile file = new StoreFile(path);
    file.makeIfAbsent(fresh -> connect(fresh, file.location(), patience, schema).close());
    file.requireUsable();
    return connect(file.path(), file.location(), patience, schema);
  }

  private static SqliteTransactions connect(
      Path file, String location, Duration patience, StoreSchema schema) {
    Properties settings = new Properties();
    settings.setProperty("journal_mode", "WAL");
    settings.setProperty("synchronous", "FULL");
    settings.setProperty("foreign_keys", "true");
    settings.setProperty("busy_timeout", Long.toString(patience.toMillis()));
    SqliteTransactions opened;
    try {
      // As a URI, or a question mark in the path would begin the driver's own settings.
      opened =
          new SqliteTransactions(
              file,
              location,
              patience,
              JDBC.createConnection("jdbc:sqlite:" + file.toUri().toASCIIString(), settings));
    } catch (SQLException e) {
      throw SqliteFailures.of(location, e, patience);
    }
    try {
      opened.requireSound();
      opened.createTables(schema);
      return opened;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Looks at the whole file: of itself SQLite tells only the damage that it comes across. Of a
   * large one it leaves out the measurements, which would take it too long.
   */
  private void requireSound() {
    List<String> bottlenecks =
        run(
            () -> {
              List<String> all = new ArrayList<>();
              for (String part : size() <= LARGE_BYTES ? List.of("1") : tablesOfJobs()) {
                all.addAll(
                    Sql.query(
                        connection,
                        "PRAGMA integrity_check(" + part + ")",
                        row -> row.getString(1)));
              }
              return all;
            });
    if (bottlenecks.stream().anyMatch(bottleneck -> !bottleneck.equals("ok"))) {
      throw SqliteFailures.damaged(location, String.join("; ", bottlenecks));
    }
  }

  private long size() throws SQLException {
    return Sql.query(
            connection,
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            row -> row.getLong(1))
        .get(0);
  }

  private List<String> tablesOfJobs() throws SQLException {
    return Sql.query(
        connection,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
            + " AND name NOT IN ('performance_metrics', 'resource_usage')",
        row -> row.getString(1));
  }

  /** SQLite's setting of that name: 2 is FULL. */
  int synchronous() {
    return run(() -> Sql.query(connection, "PRAGMA synchronous", row -> row.getInt(1)).get(0));
  }

  private void createTables(StoreSchema schema) {
    run(
        () -> {
          if (!schema.isPresent(connection, location)) {
            SqlTransaction.SQLITE.run(
                connection,
                () -> {
                  schema.create(connection, location);
                  return true;
                });
          }
          return true;
        });
  }

  @Override
  public Optional<Path> file() {
    return Optional.of(file);
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public <T> T read(Function<JobRecords, T> work) {
    return run(() -> work.apply(new SqlRecords(connection, Instant::now)));
  }

  @Override
  public <T> T write(Function<JobRecords, T> work) {
    return run(
        () ->
            SqlTransaction.SQLITE.run(
                connection, () -> work.apply(new SqlRecords(connection, Instant::now))));
  }

  @Override
  public <T> T writeRepeatably(Function<JobRecords, T> work) {
    return write(work);
  }

  private synchronized <T> T run(SqlTransaction.Work<T> work) {
    if (closed) {
      throw new StorageException(location, "The job store " + location + " is closed", null);
    }
    try {
      return work.run();
    } catch (SQLException e) {
      throw SqliteFailures.of(location, e, patience);
    } catch (SqlFailure e) {
      throw SqliteFailures.of(location, e.failure(), patience);
    } catch (DamagedRecord e) {
      throw SqliteFailures.damaged(location, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      connection.close();
    } catch (SQLException e) {
      throw SqliteFailures.of(location, e, patience);
    }
  }

  private static void requireDriver(Path path) {
    try {
      Class.forName("org.sqlite.JDBC");
    } catch (ClassNotFoundException e) {
      throw new StorageException(
          path.toString(),
          "A job store in a file needs org.xerial:sqlite-jdbc on the class path; add it, or pass a"
              + " DataSource to JobStore.over",
          e);
    }
  }
}
