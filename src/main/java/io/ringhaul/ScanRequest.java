package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.ListedPartitions;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.operation.PartitioningBySize;
import io.ringhaul.internal.operation.PartitioningByToken;
import io.ringhaul.internal.operation.RowSelection;
import io.ringhaul.internal.operation.ScanSizing;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.schema.TableDescription;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the requests that read a table, a count, an export and a read, have in common.
 *
 * @param <S> the request's own type
 * @param <R> the type of its result
 */
public abstract sealed class ScanRequest<S extends ScanRequest<S, R>, R>
    extends OperationRequest<S, R> permits CountRequest, ExportRequest, ReadRequest {

  private static final int MOST_PAGE_SIZE = 1_000_000;

  private int pageSize;
  private RowSelection selection = RowSelection.ALL;
  private @Nullable Partitioning partitioning;

  ScanRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * Rows to a page, 1 to 1,000,000; for a count, the pages in which the coordinator reads. Default:
   * adapted while reading, so that a page has about 256 KiB; 5,000 for a count.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public S pageSize(int rows) {
    OperationSettings.requireBetween("pageSize", rows, 1, MOST_PAGE_SIZE);
    this.pageSize = rows;
    return self();
  }

  /**
   * Reads only rows that fulfil a condition in CQL, such as {@code status = 'open' AND price > 10},
   * which the server checks beside each token range. Values are written into it as CQL literals.
   * Columns without an index take {@link #allowFiltering()}. Default: every row.
   *
   * @throws InvalidSettingException if it holds more than a condition: a semicolon, a comment, a
   *     bind marker, LIMIT, PER PARTITION, ORDER BY, GROUP BY, ALLOW FILTERING or token()
   */
  public S where(String cql) {
    this.selection = selection.where(cql);
    return self();
  }

  /**
   * Sends ALLOW FILTERING with {@link #where(String)}: each replica reads all rows of the token
   * range and gives those that fulfil the condition. Default: not sent, so that a condition without
   * an index is refused.
   */
  public S allowFiltering() {
    this.selection = selection.withFiltering();
    return self();
  }

  /**
   * Reads only rows with these tokens. Called again, it adds another range; ranges may overlap, and
   * no row is read twice. A range whose end is below its start passes the end of the ring. Default:
   * the whole ring.
   *
   * @param startExclusive the token after which the range starts
   * @param endInclusive the last token of the range
   * @throws InvalidSettingException if the range has no token, or ends where it starts
   */
  public S tokenRange(long startExclusive, long endInclusive) {
    this.selection = selection.withRange(startExclusive, endInclusive);
    return self();
  }

  /**
   * How what is read is divided. Default: by token ranges, as {@link #taskCount(int)} says.
   *
   * @throws InvalidSettingException when the request is run, if {@link #taskCount(int)} is set as
   *     well and it is by token ranges or by size
   */
  public S partitionBy(Partitioning way) {
    this.partitioning = Objects.requireNonNull(way);
    return self();
  }

  /**
   * The operation, made when it is run: which keys are listed shows no sooner.
   *
   * @param sizing how many tasks there are unless it is set
   * @param operation takes the settings, what is read, and the sizing
   */
  final BulkOperation<R> operation(ScanSizing sizing, Scan<R> operation) {
    RowSelection asked = selection.checked();
    OperationSettings settings = settings();
    if (partitioning instanceof PartitioningByToken byToken) {
      requireNoTaskCount(settings, "byToken");
      return operation.of(settings.withTaskCount(byToken.tasks()), asked, sizing);
    }
    if (partitioning instanceof PartitioningBySize bySize) {
      requireNoTaskCount(settings, Setting.BY_SIZE.mark());
      return operation.of(settings, asked, bySize.sizing());
    }
    if (partitioning instanceof ListedPartitions listed) {
      return (session, threads) ->
          operation.of(settings, listed(session, asked, listed), sizing).run(session, threads);
    }
    return operation.of(settings, asked, sizing);
  }

  private RowSelection listed(CqlSession session, RowSelection asked, ListedPartitions listed) {
    TableDescription read = new TableLookup(session).readable(keyspace, table);
    // The ring is looked at before its tokens are: not every partitioner has ours.
    LocalNodes nodes = LocalNodes.of(session);
    TokenRing.discover(session.getMetadata(), keyspace, nodes.datacenter());
    TokenMap ring = session.getMetadata().getTokenMap().orElseThrow();
    return asked.within(listed.tokens(read, ring), listed);
  }

  private static void requireNoTaskCount(OperationSettings settings, String way) {
    if (settings.taskCount().isPresent()) {
      throw new InvalidSettingException(
          "taskCount", "taskCount and " + way + " contradict each other: set one");
    }
  }

  /** Makes an operation that reads a table. */
  @FunctionalInterface
  interface Scan<R> {
    BulkOperation<R> of(OperationSettings settings, RowSelection selection, ScanSizing sizing);
  }

  /** For the settings that not every scan has. */
  final void select(UnaryOperator<RowSelection> change) {
    this.selection = change.apply(selection);
  }

  /** The page size that was asked for; 0 for the default. */
  final int pageSize() {
    return pageSize;
  }
}
