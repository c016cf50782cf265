package io.ringhaul.table;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.operation.RowSelection;
import io.ringhaul.internal.operation.TableSourceSession;
import io.ringhaul.internal.request.RequestSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A table or materialized view to import from, in the cluster of the import or in another. An
 * import from it copies the table without files: the rows of each token range go from range queries
 * to batches.
 *
 * <pre>{@code
 * TokenAwareBulkOperator.over(target)
 *     .importInto("store", "orders")
 *     .from(TableSource.of(source, "store", "orders"))
 *     .createTable()
 *     .execute();
 * }</pre>
 *
 * <p>Write times and TTLs are copied too, those of collections element by element, so that a copy
 * does not hide what other clients write to the new table meanwhile. Columns are matched by name
 * and must have the same CQL type in both tables. Deleted rows and cells are not copied: what is
 * deleted in the source after it was read stays in the copy.
 *
 * <p>A job ({@link io.ringhaul.ImportRequest#job}) keeps the copied token ranges, and a resumed job
 * reads only the others, whichever nodes own them by then.
 *
 * <p>Immutable: each method that changes a setting returns a new source.
 */
@CheckReturnValue
public final class TableSource implements ImportSource {

  private static final RequestSettings REQUESTS =
      new RequestSettings(
          1, DefaultConsistencyLevel.LOCAL_QUORUM, Duration.ofMinutes(2), 10, Optional.empty());

  private final TableSourceSession.Settings settings;

  private TableSource(TableSourceSession.Settings settings) {
    this.settings = settings;
  }

  /**
   * Returns a source for a table.
   *
   * @param session reads the table; stays open and unchanged
   * @param keyspace in CQL form, so that a name with capitals needs double quotes
   * @param table in CQL form
   */
  public static TableSource of(CqlSession session, String keyspace, String table) {
    return of(session, CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /**
   * Returns a source for a table.
   *
   * @param session reads the table; stays open and unchanged
   */
  public static TableSource of(CqlSession session, CqlIdentifier keyspace, CqlIdentifier table) {
    return new TableSource(
        new TableSourceSession.Settings(
            session, keyspace, table, REQUESTS, RowSelection.ALL, true, 0, false));
  }

  /**
   * Copies the values only; the copied cells get the time of the copy and the default TTL of their
   * table. Default: the copy keeps write times and TTLs. Cassandra before 5.0 and ScyllaDB do not
   * tell those of collections and of user-defined types that are not frozen, and refuse to read
   * them.
   */
  public TableSource ignoreCellTimes() {
    return new TableSource(settings.withoutCellTimes());
  }

  /**
   * Copies only rows that satisfy a CQL condition, such as {@code status = 'open'}, with values as
   * CQL literals. Columns without an index need {@link #allowFiltering()}. Default: every row.
   *
   * @throws InvalidSettingException if the text is not one condition
   */
  public TableSource where(String cql) {
    return new TableSource(settings.with(settings.selection().where(cql)));
  }

  /**
   * Adds ALLOW FILTERING to {@link #where(String)}: each replica reads all rows of a token range
   * and returns those that satisfy the condition. Default: not added.
   */
  public TableSource allowFiltering() {
    return new TableSource(settings.with(settings.selection().withFiltering()));
  }

  /** Reads through ScyllaDB's row cache. Default: the scan bypasses it; Cassandra has no choice. */
  public TableSource readThroughCache() {
    return new TableSource(settings.with(settings.selection().throughCache()));
  }

  /** The consistency level of the reads. Default: LOCAL_QUORUM. */
  public TableSource consistency(ConsistencyLevel level) {
    return new TableSource(settings.with(settings.requests().withConsistency(level)));
  }

  /**
   * The time after which the driver gives up a read. Default: 2 minutes.
   *
   * @throws InvalidSettingException if it is not positive
   */
  public TableSource requestTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new InvalidSettingException(
          "requestTimeout", "requestTimeout is " + timeout + "; it takes a positive duration");
    }
    return new TableSource(settings.with(settings.requests().withTimeout(timeout)));
  }

  /**
   * Rows in a page of the reads, 1 to 1,000,000. Default: adapted so that a page has about 256 KiB.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public TableSource pageSize(int rows) {
    OperationSettings.requireBetween("pageSize", rows, 1, OperationSettings.MOST_PAGE_SIZE);
    return new TableSource(settings.withPageSize(rows));
  }

  /**
   * Skips the checks before the first row is read: permissions, masked columns, guardrails and live
   * replicas of the source table. {@link io.ringhaul.OperationRequest#skipPreflight()} skips those
   * of the table that is written. Default: all are checked.
   */
  public TableSource skipPreflight() {
    return new TableSource(settings.withoutPreflight());
  }

  /** The driver's execution profile to start from. Default: the default profile. */
  public TableSource executionProfile(String name) {
    return new TableSource(settings.with(settings.requests().withExecutionProfile(name)));
  }

  /**
   * The data centre whose nodes answer the reads, by the name that they report. The session must
   * connect to it. Default: the session's local data centre.
   */
  public TableSource fromDatacenter(String name) {
    return new TableSource(settings.with(settings.requests().withDatacenter(name)));
  }

  @Override
  public Map<String, String> identity() {
    return settings.identity();
  }

  @Override
  public SourceSession open() {
    return new TableSourceSession(settings.with(settings.selection().checked()));
  }
}
