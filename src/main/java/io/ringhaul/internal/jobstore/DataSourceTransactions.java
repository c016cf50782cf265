package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Jobs in a user's database: one connection for each call. */
public final class DataSourceTransactions implements Transactions {

  /** Work on a connection. */
  @FunctionalInterface
  private interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  private static final int ATTEMPTS = 10;
  private static final long PAUSE_MILLIS = 20;

  /**
   * What passes: two made the tables at once, a serialization failure, a deadlock, a server that is
   * restarted.
   */
  private static final Set<String> PASSING =
      Set.of("23505", "42P07", "40001", "40P01", "57P01", "57P02", "57P03");

  /** The class of failures of the connection itself. */
  private static final String CONNECTION = "08";

  private static final int SQLITE_BUSY = 5;

  private final DataSource source;
  private final String location;
  private final boolean isSqlite;

  private DataSourceTransactions(DataSource source, String location, boolean isSqlite) {
    this.source = source;
    this.location = location;
    this.isSqlite = isSqlite;
  }

  /**
   * Makes the tables, if they are not there.
   *
   * @throws StorageException if the database cannot be used
   */
  public static DataSourceTransactions open(DataSource source, StoreSchema schema) {
    DataSourceTransactions opened = describe(source);
    opened.run(
        true,
        connection -> {
          if (!schema.isPresent(connection, opened.location)) {
            opened
                .transaction()
                .run(
                    connection,
                    () -> {
                      schema.create(connection, opened.location);
                      return true;
                    });
          }
          return true;
        });
    return opened;
  }

  private static DataSourceTransactions describe(DataSource source) {
    try (Connection connection = source.getConnection()) {
      String url = String.valueOf(connection.getMetaData().getURL());
      boolean isSqlite = "SQLite".equals(connection.getMetaData().getDatabaseProductName());
      // What follows may be a password.
      return new DataSourceTransactions(source, url.replaceFirst("[?;].*", ""), isSqlite);
    } catch (SQLException e) {
      throw new StorageException(
          "job store",
          "The database of the job store cannot be reached: "
              + e.getMessage()
              + "; check its address and user, and that it runs",
          e);
    }
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
    return run(true, connection -> work.apply(records(connection)));
  }

  @Override
  public <T> T write(Function<JobRecords, T> work) {
    return run(false, connection -> transact(connection, work));
  }

  @Override
  public <T> T writeRepeatably(Function<JobRecords, T> work) {
    return run(true, connection -> transact(connection, work));
  }

  private <T> T transact(Connection connection, Function<JobRecords, T> work) throws SQLException {
    return transaction().run(connection, () -> work.apply(records(connection)));
  }

  private SqlRecords records(Connection connection) {
    return new SqlRecords(connection, isSqlite ? Instant::now : () -> clockOf(connection));
  }

  private SqlTransaction transaction() {
    return isSqlite ? SqlTransaction.SQLITE : SqlTransaction.STANDARD;
  }

  /** The server's time: those who share it may have clocks that differ. */
  private static Instant clockOf(Connection connection) {
    return Sql.query(
            connection,
            "SELECT CURRENT_TIMESTAMP",
            row -> row.getObject(1, OffsetDateTime.class).toInstant())
        .get(0);
  }

  /**
   * Does work on a connection, and once more if what made it fail passes.
   *
   * @param repeatable whether it does no harm if it was stored before, unnoticed
   */
  private <T> T run(boolean repeatable, Work<T> work) {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = source.getConnection()) {
        return onPlain(connection, work);
      } catch (SqlFailure e) {
        pauseOrThrow(e.failure(), attempt, true);
      } catch (SQLException e) {
        pauseOrThrow(e, attempt, repeatable || !(e instanceof DoubtfulCommit));
      } catch (DamagedRecord e) {
        throw SqliteFailures.damaged(location, String.valueOf(e.getMessage()));
      }
    }
  }

  /** Without a transaction that was begun before, or that a mere look would leave behind. */
  private static <T> T onPlain(Connection connection, Work<T> work) throws SQLException {
    if (connection.getAutoCommit()) {
      return work.on(connection);
    }
    connection.setAutoCommit(true);
    try {
      return work.on(connection);
    } finally {
      connection.setAutoCommit(false);
    }
  }

  private void pauseOrThrow(SQLException failure, int attempt, boolean repeatable) {
    boolean again = repeatable && attempt < ATTEMPTS && passes(failure);
    if (!again) {
      throw failure(failure);
    }
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS * attempt * attempt));
  }

  private boolean passes(SQLException failure) {
    if (isSqlite) {
      return failure.getErrorCode() == SQLITE_BUSY;
    }
    @Nullable String state = failure.getSQLState();
    return state != null && (PASSING.contains(state) || state.startsWith(CONNECTION));
  }

  private StorageException failure(SQLException failure) {
    if (isSqlite) {
      return SqliteFailures.of(location, failure, Duration.ZERO);
    }
    return new StorageException(
        location,
        "The job store "
            + location
            + " cannot be used: "
            + failure.getMessage()
            + (failure instanceof DoubtfulCommit
                ? "; it is unknown whether the last change was stored: check the job"
                : "; check that the database runs and that its user may create tables"),
        failure);
  }

  /** The source is the user's. */
  @Override
  public void close() {
    // Each call has closed its connection.
  }
}
