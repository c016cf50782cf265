package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.operation.BoundCondition;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.operation.Partitionings;
import io.ringhaul.internal.operation.PlanOperation;
import io.ringhaul.internal.operation.RowSelection;
import io.ringhaul.internal.operation.ScanSizing;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The settings of requests that scan a table: a count, a profile, a read, a comparison, a repair or
 * an export.
 *
 * @param <S> the request's own type
 * @param <R> the type of its result
 */
public abstract sealed class ScanRequest<S extends ScanRequest<S, R>, R>
    extends OperationRequest<S, R>
    permits CountRequest, ExportRequest, ProfileRequest, ReadRequest, ComparisonRequest {

  private int pageSize;
  private RowSelection selection = RowSelection.ALL;
  private @Nullable BoundCondition bound;
  private @Nullable Partitioning partitioning;
  private @Nullable String datacenter;

  ScanRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * Rows in a page, 1 to 1,000,000; for a count, the page in which the coordinator reads. Default:
   * adapted during the scan so that a page has about 256 KiB; 5,000 for a count.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S pageSize(int rows) {
    OperationSettings.requireBetween("pageSize", rows, 1, OperationSettings.MOST_PAGE_SIZE);
    this.pageSize = rows;
    return self();
  }

  /**
   * The data centre whose nodes answer, by the name that they report. Each request goes to a
   * replica there, and fails when all nodes of the data centre are down; LOCAL_ consistency levels
   * count the replicas there. The session must connect to it: as the local data centre, or with the
   * driver's {@code advanced.load-balancing-policy.dc-failover.max-nodes-per-remote-dc}. Default:
   * the session's local data centre, and the driver's policy selects the nodes.
   *
   * @throws InvalidSettingException if the name is empty
   * @throws io.ringhaul.exceptions.UnsupportedClusterException when the request is run, if there is
   *     no such data centre, if the session does not connect to it, or if the keyspace has no
   *     replicas there
   */
  public S fromDatacenter(String name) {
    if (name.isBlank()) {
      throw new InvalidSettingException("fromDatacenter", "fromDatacenter needs a name");
    }
    this.datacenter = name;
    return self();
  }

  /**
   * Reads only rows that satisfy a CQL condition, such as {@code status = 'open' AND price > 10}.
   * The server evaluates it together with each token range. Values are written as CQL literals; for
   * values of the program use {@link #where(String, Object...)}. Columns without an index need
   * {@link #allowFiltering()}. Default: every row.
   *
   * @throws InvalidSettingException if the text contains more than a condition: a semicolon, a
   *     comment, a bind marker, LIMIT, PER PARTITION, ORDER BY, GROUP BY, ALLOW FILTERING or
   *     token()
   */
  public S where(String cql) {
    this.selection = selection.where(cql);
    this.bound = null;
    return self();
  }

  /**
   * Reads only rows that satisfy a CQL condition with values for its markers, such as {@code
   * where("status = ? AND price > ?", "open", 10)}, under the rules of {@link #where(String)}.
   * Markers stand where a value is compared with a column: after an operator, LIKE, CONTAINS or
   * CONTAINS KEY, between the brackets of an element, within {@code IN (?, ?)}, or as {@code IN ?}
   * with a collection. Each value is serialized with the session's codec for the column's type, and
   * written as an exact CQL literal, which a stored job keeps.
   *
   * @param values one value for each {@code ?}, not null, of a Java type that the session's codecs
   *     accept for the column, such as {@code String} for a text; a whole number fits each column
   *     of numbers that holds it exactly
   * @throws InvalidSettingException at once if the text is not one condition, if the number of
   *     values and markers differs or a value is null; when the request is run, before anything is
   *     sent, if a value does not fit its column or cannot be written exactly
   */
  public S where(String cql, Object... values) {
    this.bound = BoundCondition.of(cql, values);
    return self();
  }

  /**
   * Adds ALLOW FILTERING to {@link #where(String)}: each replica reads all rows of the token range
   * and returns those that satisfy the condition. Default: not added, so that the server refuses a
   * condition on columns without an index.
   */
  public S allowFiltering() {
    this.selection = selection.withFiltering();
    return self();
  }

  /**
   * Reads through ScyllaDB's row cache. Default: scans have BYPASS CACHE there, so that they do not
   * push the rows of other clients out of it. Does nothing on Cassandra, whose cache has no such
   * choice.
   */
  public S readThroughCache() {
    this.selection = selection.throughCache();
    return self();
  }

  /**
   * Reads only rows whose token is in this range. Each call adds a range; ranges may overlap, and
   * no row is read twice. A range whose end is below its start wraps around the end of the ring.
   * Default: the whole ring.
   *
   * @param startExclusive the token before the first token of the range
   * @param endInclusive the last token of the range
   * @throws InvalidSettingException if the range is empty or ends at its start
   */
  public S tokenRange(long startExclusive, long endInclusive) {
    this.selection = selection.withRange(startExclusive, endInclusive);
    return self();
  }

  /**
   * How the scan is divided into tasks. Default: by token ranges, with {@link #taskCount(int)}
   * tasks.
   *
   * @throws InvalidSettingException when the request is run, if {@link #taskCount(int)} is set too
   *     and the partitioning is by token ranges or by size
   */
  public S partitionBy(Partitioning way) {
    this.partitioning = Objects.requireNonNull(way);
    return self();
  }

  /**
   * Plans the scan with these settings and does not run it: reads the schema, the ring and the
   * servers' size estimates, and sends nothing else. The plan of an export has the types of its
   * target, which is not created.
   *
   * @throws InvalidSettingException if settings contradict each other
   * @throws io.ringhaul.exceptions.BulkOperationException if the table cannot be scanned
   */
  public OperationPlan plan() {
    return operator.call(
        operation(
            sizing(),
            (settings, rows, size) ->
                new PlanOperation(settings, rows, size, this::plannedColumns)));
  }

  /** The columns that an export would write. */
  List<OperationPlan.Column> plannedColumns(CqlSession session, TableDescription read) {
    return List.of();
  }

  /** The number of tasks unless it is set. */
  abstract ScanSizing sizing();

  /**
   * The operation. Listed keys become tokens, and values of a condition literals, only when it
   * runs, because that needs the session.
   *
   * @param sizing the number of tasks unless it is set
   */
  final <T> BulkOperation<T> operation(ScanSizing sizing, Scan<T> operation) {
    BoundCondition values = bound;
    RowSelection asked = values == null ? selection.checked() : selection;
    String from = datacenter;
    OperationSettings asSet = from == null ? settings() : settings().fromDatacenter(from);
    OperationSettings settings = asSet;
    ScanSizing size = sizing;
    Partitioning way = partitioning;
    if (way instanceof Partitionings.ByToken byToken) {
      requireNoTaskCount(asSet, "byToken");
      settings = asSet.withTaskCount(byToken.tasks());
    } else if (way instanceof Partitionings.BySize bySize) {
      requireNoTaskCount(asSet, Setting.BY_SIZE.mark());
      size = bySize.sizing();
    }
    if (values == null && !(way instanceof Partitionings.Listed)) {
      return operation.of(settings, asked, size);
    }
    OperationSettings ready = settings;
    ScanSizing sized = size;
    return (session, threads) -> {
      RowSelection rows = values == null ? asked : bound(session, asked, values);
      if (way instanceof Partitionings.Listed listed) {
        rows = listed(session, rows, listed, ready.requests().datacenter());
      }
      return operation.of(ready, rows, sized).run(session, threads);
    };
  }

  private RowSelection bound(CqlSession session, RowSelection asked, BoundCondition values) {
    TableDescription read = new TableLookup(session).readable(keyspace, table);
    String cql =
        values.cql(
            read,
            session.getContext().getCodecRegistry(),
            session.getContext().getProtocolVersion());
    return asked.where(cql).checked();
  }

  private RowSelection listed(
      CqlSession session, RowSelection asked, Partitionings.Listed listed, Optional<String> from) {
    TableDescription read = new TableLookup(session).readable(keyspace, table);
    // First, because it refuses a partitioner whose tokens are not Murmur3's.
    LocalNodes nodes = LocalNodes.of(session, from);
    RingSource.of(session, keyspace, table).read(nodes.datacenter());
    return asked.within(listed.tokens(read), listed);
  }

  private static void requireNoTaskCount(OperationSettings settings, String way) {
    if (settings.taskCount().isPresent()) {
      throw new InvalidSettingException(
          "taskCount", "taskCount and " + way + " contradict each other: set one");
    }
  }

  /** Creates an operation that scans a table. */
  @FunctionalInterface
  interface Scan<T> {
    BulkOperation<T> of(OperationSettings settings, RowSelection selection, ScanSizing sizing);
  }

  /** For settings that not every scan has. */
  final void select(UnaryOperator<RowSelection> change) {
    this.selection = change.apply(selection);
  }

  /** Rows in a page; 0 for the default. */
  final int pageSize() {
    return pageSize;
  }
}
