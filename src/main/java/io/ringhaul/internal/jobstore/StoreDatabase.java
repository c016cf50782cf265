package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.StorageException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Handles;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.mapper.ColumnMapper;
import org.jdbi.v3.core.result.UnableToProduceResultException;
import org.jdbi.v3.core.statement.DefaultStatementBuilder;
import org.jdbi.v3.core.statement.NoTemplateEngine;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;

/**
 * The database of a job store: how it is opened, its transactions, and its failures. Thread-safe.
 *
 * <p>A store in a file or in memory has one connection, since SQLite has one writer at a time;
 * several processes may open a file. A store over a {@code DataSource} takes a connection for each
 * call, and repeats calls after failures that pass.
 */
final class StoreDatabase implements AutoCloseable {

  /** How long a file waits for the lock of another process. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A file of this size, in bytes, is checked in some hundredths of a second. */
  private static final long LARGE_BYTES = 8 << 20;

  /** The most values of a job's history of metrics, about 40 MB of a database. */
  private static final int METRICS = 200_000;

  private static final int METRICS_IN_MEMORY = METRICS / 10;

  private static final int ATTEMPTS = 10;
  private static final long PAUSE_MILLIS = 20;

  /** The pauses between all attempts: 20 ms times 1 + 4 + ... + 81. */
  private static final Duration PAUSES = Duration.ofMillis(PAUSE_MILLIS * 285);

  private static final int SQLITE_BUSY = 5;

  /**
   * Failures of PostgreSQL that pass: two processes created the tables at once, a serialization
   * failure, a deadlock, a server that restarts.
   */
  private static final Set<String> PASSING =
      Set.of("23505", "42P07", "40001", "40P01", "57P01", "57P02", "57P03");

  /** The class of failures of the connection itself. */
  private static final String CONNECTION = "08";

  /** A commit failed, and it is unknown whether the change is stored. */
  private static final class DoubtfulCommit extends SQLException {

    private static final long serialVersionUID = 1;

    DoubtfulCommit(SQLException cause) {
      super(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
    }
  }

  /**
   * Keeps the prepared statements of the only connection, since preparing one takes SQLite longer
   * than running it.
   */
  private static final class KeptStatements extends DefaultStatementBuilder {

    /** By the text with named parameters. */
    private final Map<String, PreparedStatement> kept = new HashMap<>();

    @Override
    public PreparedStatement create(Connection connection, String sql, StatementContext context)
        throws SQLException {
      PreparedStatement statement = kept.remove(context.getRawSql());
      return statement == null ? super.create(connection, sql, context) : statement;
    }

    @Override
    public void close(Connection connection, String rawSql, Statement statement)
        throws SQLException {
      if (!(statement instanceof PreparedStatement prepared)
          || kept.putIfAbsent(rawSql, prepared) != null) {
        statement.close();
      }
    }
  }

  /** Work on a connection in auto-commit mode. */
  @FunctionalInterface
  private interface Work<T> {
    T on(Handle handle) throws SQLException;
  }

  private final Jdbi jdbi;
  private final StoreFailures failures;
  private final boolean isSqlite;
  private final Optional<Path> file;
  private final Runnable onClose;

  /** The only connection; null if each call takes one. */
  private final @Nullable Handle only;

  private boolean closed;

  private StoreDatabase(
      Jdbi jdbi,
      StoreFailures failures,
      boolean isSqlite,
      Optional<Path> file,
      @Nullable Handle only,
      Runnable onClose) {
    this.jdbi = jdbi;
    this.failures = failures;
    this.isSqlite = isSqlite;
    this.file = file;
    this.only = only;
    this.onClose = onClose;
  }

  /**
   * Opens an SQLite file, and creates it if it does not exist.
   *
   * @throws StorageException if it cannot be used
   */
  static StoreDatabase file(Path path) {
    return file(path, PATIENCE, StoreSchema.current());
  }

  /**
   * As {@link #file(Path)}.
   *
   * @param patience how long to wait for the lock of another process
   */
  static StoreDatabase file(Path path, Duration patience, StoreSchema schema) {
    StoreFile file = new StoreFile(path);
    file.makeIfAbsent(fresh -> sqlite(fresh, file.location(), patience, schema).close());
    file.requireUsable();
    return sqlite(file.path(), file.location(), patience, schema);
  }

  /** Opens an SQLite database in memory, which ends when it is closed. */
  static StoreDatabase inMemory() {
    return sqlite(null, "the memory of this process", PATIENCE, StoreSchema.current());
  }

  private static StoreDatabase sqlite(
      @Nullable Path file, String location, Duration patience, StoreSchema schema) {
    Properties settings = new Properties();
    settings.setProperty("journal_mode", "WAL");
    settings.setProperty("synchronous", "FULL");
    settings.setProperty("foreign_keys", "true");
    settings.setProperty("busy_timeout", Long.toString(patience.toMillis()));
    // As a URI, or a question mark in the path would begin the driver's own settings.
    String url = "jdbc:sqlite:" + (file == null ? ":memory:" : file.toUri().toASCIIString());
    StoreFailures failures = new StoreFailures(location, true, patience);
    Jdbi jdbi = configured(Jdbi.create(() -> JDBC.createConnection(url, settings)));
    StoreDatabase opened;
    try {
      Handle only = jdbi.open();
      only.setStatementBuilder(new KeptStatements());
      opened =
          new StoreDatabase(jdbi, failures, true, Optional.ofNullable(file), only, only::close);
    } catch (JdbiException e) {
      throw failures.of(sqlFailure(e), false);
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
   * Opens a database of PostgreSQL or SQLite, and creates the tables if they do not exist.
   *
   * @param onClose called once when the store is closed
   * @throws StorageException if the database cannot be used
   */
  static StoreDatabase over(DataSource source, Runnable onClose) {
    return over(source, onClose, StoreSchema.current());
  }

  static StoreDatabase over(DataSource source, Runnable onClose, StoreSchema schema) {
    String url;
    boolean isSqlite;
    try (Connection connection = source.getConnection()) {
      url = String.valueOf(connection.getMetaData().getURL());
      isSqlite = "SQLite".equals(connection.getMetaData().getDatabaseProductName());
    } catch (SQLException e) {
      throw new StorageException(
          "job store",
          "The database of the job store cannot be reached: "
              + e.getMessage()
              + "; check its address and user, and that it runs",
          e);
    }
    // What follows these characters may be a password.
    StoreFailures failures = new StoreFailures(url.replaceFirst("[?;].*", ""), isSqlite, PAUSES);
    StoreDatabase opened =
        new StoreDatabase(
            configured(Jdbi.create(source)), failures, isSqlite, Optional.empty(), null, onClose);
    opened.createTables(schema);
    return opened;
  }

  /**
   * The conversions of values: ids as texts, moments as milliseconds since 1970, and texts without
   * the characters that databases do not accept.
   */
  private static Jdbi configured(Jdbi jdbi) {
    jdbi.getConfig(SqlStatements.class).setTemplateEngine(new NoTemplateEngine());
    // A connection of a source may be in another mode than auto-commit.
    jdbi.getConfig(Handles.class).setForceEndTransactions(false);
    jdbi.registerArgument(
        new AbstractArgumentFactory<String>(Types.VARCHAR) {
          @Override
          protected Argument build(String text, ConfigRegistry ignored) {
            String readable = StoredText.readable(text);
            return (at, statement, context) -> statement.setString(at, readable);
          }
        });
    jdbi.registerArgument(
        new AbstractArgumentFactory<UUID>(Types.VARCHAR) {
          @Override
          protected Argument build(UUID id, ConfigRegistry ignored) {
            return (at, statement, context) -> statement.setString(at, id.toString());
          }
        });
    jdbi.registerArgument(
        new AbstractArgumentFactory<Instant>(Types.BIGINT) {
          @Override
          protected Argument build(Instant moment, ConfigRegistry ignored) {
            return (at, statement, context) -> statement.setLong(at, StoredTime.millis(moment));
          }
        });
    jdbi.registerColumnMapper(
        Instant.class,
        (ColumnMapper<Instant>) (row, at, ignored) -> Instant.ofEpochMilli(row.getLong(at)));
    StoredTelemetry.registerMappers(jdbi);
    return jdbi;
  }

  /**
   * Checks the whole file, since SQLite itself reports only the damage that it comes across. Of a
   * large file the metrics are left out, because they would take too long.
   */
  private void requireSound() {
    List<String> results =
        read(
            handle -> {
              List<String> all = new ArrayList<>();
              for (String part : partsToCheck(handle)) {
                all.addAll(
                    handle
                        .createQuery("PRAGMA integrity_check(" + part + ")")
                        .mapTo(String.class)
                        .list());
              }
              return all;
            });
    if (results.stream().anyMatch(result -> !result.equals("ok"))) {
      throw failures.damaged(String.join("; ", results));
    }
  }

  /** Tables, or a number as SQLite wants it for all tables. */
  private static List<String> partsToCheck(Handle handle) {
    long size =
        handle
            .createQuery(
                "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
            .mapTo(Long.class)
            .one();
    return size <= LARGE_BYTES
        ? List.of("1")
        : handle
            .createQuery(
                "SELECT name FROM sqlite_schema WHERE type = 'table'"
                    + " AND name NOT GLOB 'sqlite_*' AND name <> 'job_metrics'")
            .mapTo(String.class)
            .list();
  }

  private void createTables(StoreSchema schema) {
    run(
        true,
        handle ->
            schema.isPresent(handle, location())
                || transact(
                    handle,
                    inTransaction -> {
                      schema.create(inTransaction, location());
                      return true;
                    }));
  }

  /** What users know the database by, such as a path. */
  String location() {
    return failures.location();
  }

  /** Whether stored jobs survive this process. */
  boolean isDurable() {
    return only == null || file.isPresent();
  }

  /** The file, if the database is one and this object opened it. */
  Optional<Path> file() {
    return file;
  }

  /** The most values of a job's history of metrics. */
  int metricCapacity() {
    return isDurable() ? METRICS : METRICS_IN_MEMORY;
  }

  /** The time that all processes with this database share: their machines' clocks may differ. */
  Instant now(Handle handle) {
    return isSqlite
        ? Instant.now()
        : handle
            .createQuery("SELECT CURRENT_TIMESTAMP")
            .map((row, ignored) -> row.getObject(1, OffsetDateTime.class).toInstant())
            .one();
  }

  /** Reads. */
  <T> T read(Function<Handle, T> work) {
    return run(true, work::apply);
  }

  /** Changes the database in a transaction; stored when this returns. */
  <T> T write(Function<Handle, T> work) {
    return run(false, handle -> transact(handle, work));
  }

  /** As {@link #write}, with work that does no harm when it is stored twice. */
  <T> T writeRepeatably(Function<Handle, T> work) {
    return run(true, handle -> transact(handle, work));
  }

  /**
   * Does work in a transaction. It is begun and ended with SQL: SQLite must take the lock for
   * writing at once, because asking for it after a read fails without a wait; and after a
   * transaction that could not begin, or that SQLite itself rolled back, the driver's own
   * transactions go on as if there were one.
   */
  private <T> T transact(Handle handle, Function<Handle, T> work) throws SQLException {
    try (Statement statement = handle.getConnection().createStatement()) {
      statement.execute(isSqlite ? "BEGIN IMMEDIATE" : "BEGIN");
      try {
        T result = work.apply(handle);
        commit(statement);
        return result;
      } catch (SQLException | RuntimeException | Error e) {
        try {
          statement.execute("ROLLBACK");
        } catch (SQLException again) {
          // Also if the database has rolled back by itself.
          e.addSuppressed(again);
        }
        throw e;
      }
    }
  }

  private static void commit(Statement statement) throws SQLException {
    try {
      statement.execute("COMMIT");
    } catch (SQLException e) {
      throw new DoubtfulCommit(e);
    }
  }

  /**
   * Does work on a connection, and again after a failure that passes.
   *
   * @param repeatable whether it does no harm if it was stored before, unnoticed
   */
  private <T> T run(boolean repeatable, Work<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return only == null ? onNew(work) : onOnly(only, work);
      } catch (DamagedRecord | UnableToProduceResultException e) {
        throw failures.damaged(String.valueOf(e.getMessage()));
      } catch (SQLException | JdbiException e) {
        SQLException failure = sqlFailure(e);
        boolean inDoubt = failure instanceof DoubtfulCommit;
        boolean again = only == null && attempt < ATTEMPTS && passes(failure);
        if (!again || (inDoubt && !repeatable)) {
          throw failures.of(failure, inDoubt);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS * attempt * attempt));
      }
    }
  }

  private synchronized <T> T onOnly(Handle handle, Work<T> work) throws SQLException {
    if (closed) {
      throw failures.closed();
    }
    return work.on(handle);
  }

  /** On a connection in auto-commit mode, so that a read leaves no open transaction behind. */
  private <T> T onNew(Work<T> work) throws SQLException {
    try (Handle handle = jdbi.open()) {
      Connection connection = handle.getConnection();
      if (connection.getAutoCommit()) {
        return work.on(handle);
      }
      connection.setAutoCommit(true);
      try {
        return work.on(handle);
      } finally {
        connection.setAutoCommit(false);
      }
    }
  }

  private boolean passes(SQLException failure) {
    if (isSqlite) {
      return failure.getErrorCode() == SQLITE_BUSY;
    }
    @Nullable String state = failure.getSQLState();
    return state != null && (PASSING.contains(state) || state.startsWith(CONNECTION));
  }

  /** The failure of the database inside an exception of JDBI. */
  static SQLException sqlFailure(Exception e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof SQLException failure) {
        return failure;
      }
    }
    throw e instanceof RuntimeException failure ? failure : new IllegalStateException(e);
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      onClose.run();
    } catch (JdbiException e) {
      throw failures.of(sqlFailure(e), false);
    }
  }
}
