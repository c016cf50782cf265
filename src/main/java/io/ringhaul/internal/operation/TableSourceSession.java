package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.jobstore.TokenText;
import io.ringhaul.internal.preflight.MaskedColumns;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.internal.scan.Page;
import io.ringhaul.internal.scan.RangeStatements;
import io.ringhaul.internal.scan.ScanPlan;
import io.ringhaul.internal.scan.ScanSettings;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.SelectedColumn;
import io.ringhaul.internal.scan.Selection;
import io.ringhaul.internal.scan.SizeEstimate;
import io.ringhaul.internal.scan.TableScanner;
import io.ringhaul.internal.scan.TaskScan;
import io.ringhaul.internal.write.CellTimeNames;
import io.ringhaul.internal.write.CellTimeSelection;
import io.ringhaul.internal.write.CellTimeTypes;
import io.ringhaul.internal.write.CellTimes;
import io.ringhaul.internal.write.ExportedRows;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A table of a cluster as the source of an import. Its tasks are groups of token ranges. */
public final class TableSourceSession implements SourceSession {

  private static final int FORMAT_VERSION = 1;
  static final String FORMAT = "table";
  private static final int REQUESTS_PER_NODE = 8;

  /** Divides a table of unknown size into tasks of equal weight. */
  private static final long LEAST_SIZE = 1L << 20;

  /**
   * What to read, and how.
   *
   * @param requests its parallelism is not set yet
   * @param cellTimes whether write times and TTLs are read
   * @param pageSize page size in rows; 0 to adapt it
   * @param skipsPreflight whether the checks before the first row are skipped
   */
  public record Settings(
      CqlSession session,
      CqlIdentifier keyspace,
      CqlIdentifier table,
      RequestSettings requests,
      RowSelection selection,
      boolean cellTimes,
      int pageSize,
      boolean skipsPreflight) {

    public Settings with(RequestSettings others) {
      return new Settings(
          session, keyspace, table, others, selection, cellTimes, pageSize, skipsPreflight);
    }

    public Settings with(RowSelection rows) {
      return new Settings(
          session, keyspace, table, requests, rows, cellTimes, pageSize, skipsPreflight);
    }

    public Settings withoutCellTimes() {
      return new Settings(
          session, keyspace, table, requests, selection, false, pageSize, skipsPreflight);
    }

    public Settings withPageSize(int rows) {
      return new Settings(
          session, keyspace, table, requests, selection, cellTimes, rows, skipsPreflight);
    }

    public Settings withoutPreflight() {
      return new Settings(session, keyspace, table, requests, selection, cellTimes, pageSize, true);
    }

    /** What must not change between the runs of a copy. */
    public Map<String, String> identity() {
      Map<String, String> parts = new LinkedHashMap<>();
      parts.put("source format", FORMAT);
      session.getMetadata().getClusterName().ifPresent(it -> parts.put("source cluster", it));
      TableFingerprint found = fingerprint();
      found
          .parts(found.table().columns())
          .forEach((part, text) -> parts.put("source " + part, text));
      parts.put("source cell times", cellTimes ? "copied" : "left out");
      selection.restrictions().forEach((setting, text) -> parts.put("source " + setting, text));
      return parts;
    }

    private TableFingerprint fingerprint() {
      return TableFingerprint.take(
          session,
          keyspace,
          table,
          requests.executionProfile(),
          new TableLookup(session)::readable);
    }
  }

  private final CqlSession session;
  private final CqlIdentifier keyspace;
  private final CqlIdentifier name;
  private final RowSelection selection;
  private final boolean cellTimes;
  private final int pageSize;
  private final boolean skipsPreflight;
  private final TableDescription table;
  private final TableCheck sameTable;
  private final LocalNodes nodes;
  private final RequestSettings requests;
  private final RequestSender sender;

  /** The scan of the plan; null before the first task. */
  private @Nullable Scan scan;

  public TableSourceSession(Settings settings) {
    this.session = settings.session();
    this.keyspace = settings.keyspace();
    this.name = settings.table();
    this.selection = settings.selection();
    this.cellTimes = settings.cellTimes();
    this.pageSize = settings.pageSize();
    this.skipsPreflight = settings.skipsPreflight();
    TableFingerprint found = settings.fingerprint();
    this.table = found.table();
    this.sameTable =
        TableCheck.of(
            found,
            "copied",
            "Rows read before and after the change do not belong together: begin a new copy into"
                + " an empty table");
    this.nodes = LocalNodes.of(session, settings.requests().datacenter());
    this.requests =
        settings
            .requests()
            .withParallelism(OperationSettings.usualParallelism(session, REQUESTS_PER_NODE, nodes));
    this.sender = new RequestSender(session, requests);
  }

  /** What the table of a copy can take over besides its columns. */
  CopiedSchema definition() {
    return new CopiedSchema(session, keyspace, name);
  }

  @Override
  public Optional<TableSchema> schema(String targetKeyspace, String targetTable) {
    return Optional.of(TableSchema.of(table, table.columns()));
  }

  @Override
  public SourcePlan plan(TableDescription target, List<String> columns, OptionalInt taskCount) {
    List<ColumnDescription> common = common(target, columns);
    ExportedRows rows = rows(common, timed(common, target));
    requireTimesIn(target, rows);
    if (!skipsPreflight) {
      check(common, rows);
    }
    TokenRing ring = RingSource.of(session, keyspace, name).read(nodes.datacenter());
    long size = new SizeEstimate(session, table, nodes.nodes(), ring.isOnTablets()).bytes();
    ScanPlan plan =
        ScanPlan.of(
            table.keyspace(),
            table.name(),
            names(common),
            ring,
            taskCount.orElseGet(
                () -> CountOperation.SIZING.taskCount(size, requests.parallelism())));
    return new SourcePlan(
        FORMAT_VERSION,
        FORMAT,
        table.toString(),
        names(rows.columns()),
        Map.of(),
        plan.tasks().stream().map(task -> sourceTask(task, Math.max(size, LEAST_SIZE))).toList());
  }

  @Override
  public SourcePlan within(SourcePlan plan, TokenRangeSet tokens) {
    List<SourceTask> tasks = new ArrayList<>();
    for (SourceTask task : plan.tasks()) {
      TokenRangeSet all = TokenRangeSet.of(TokenText.parse(task.parts().get(0)));
      TokenRangeSet some = all.intersect(tokens);
      if (!some.isEmpty()) {
        double share = TableScan.share(some) / TableScan.share(all);
        tasks.add(
            new SourceTask(
                task.number(),
                Math.max(1, (long) (share * task.bytes())),
                List.of(TokenText.of(some.ranges()))));
      }
    }
    return plan.withTasks(tasks);
  }

  private static SourceTask sourceTask(ScanTask task, long tableBytes) {
    double share = TableScan.share(TokenRangeSet.of(task.ranges()));
    return new SourceTask(
        task.number(),
        Math.max(1, (long) (share * tableBytes)),
        List.of(TokenText.of(task.ranges())));
  }

  private static List<String> names(List<ColumnDescription> columns) {
    return columns.stream().map(ColumnDescription::name).toList();
  }

  /** The columns of both tables. Times of cells come with their columns and are not among them. */
  private List<ColumnDescription> common(TableDescription target, List<String> asked) {
    List<ColumnDescription> common = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (ColumnDescription wanted : target.select(asked)) {
      Optional<ColumnDescription> column = table.column(wanted.name());
      if (column.isPresent()) {
        common.add(column.get());
        if (!type(table, column.get()).equals(type(target, wanted))) {
          problems.add(
              String.format(
                  "its column %s is %s there and %s here",
                  TableDescription.quote(wanted.name()),
                  CqlTypes.text(column.get().type()),
                  CqlTypes.text(wanted.type())));
        }
      } else if (wanted.isPrimaryKey() || (!asked.isEmpty() && wanted.kind() != Kind.METADATA)) {
        problems.add("it has no column " + TableDescription.quote(wanted.name()));
      }
    }
    if (asked.isEmpty()) {
      table.columns().stream()
          .filter(column -> target.column(column.name()).isEmpty())
          .map(
              column ->
                  "its column "
                      + TableDescription.quote(column.name())
                      + " is not in the table; select columns to leave it out")
          .forEach(problems::add);
    }
    if (!problems.isEmpty()) {
      throw new UnsuitableTableException(
          target.toString(),
          String.format(
              "The source table %s does not fit %s: %s",
              table, target, String.join("; ", problems)));
    }
    return common;
  }

  /** The type of a column with the user-defined types that it needs. */
  private static List<String> type(TableDescription of, ColumnDescription column) {
    TableSchema schema = TableSchema.of(of, List.of(column));
    return Stream.concat(Stream.of(schema.columns().get(0).type()), schema.createTypes("").stream())
        .toList();
  }

  /** The columns whose cells have times in both tables. */
  private List<CqlIdentifier> timed(List<ColumnDescription> columns, TableDescription target) {
    return columns.stream()
        .filter(column -> cellTimes && CellTimeTypes.haveTimes(column))
        .filter(column -> target.column(column.name()).filter(CellTimeTypes::haveTimes).isPresent())
        .map(column -> CqlIdentifier.fromInternal(column.name()))
        .toList();
  }

  /**
   * @param timed the columns whose write times and TTLs are read
   */
  private ExportedRows rows(List<ColumnDescription> columns, List<CqlIdentifier> timed) {
    try {
      return CellTimeSelection.of(
          session,
          timed.isEmpty() ? CellTimes.NONE : CellTimes.NONE.withWritetimes(timed).withTtls(timed),
          table,
          columns);
    } catch (UnsupportedClusterException e) {
      throw e.withNote("copy the values only with " + Setting.IGNORE_CELL_TIMES.call());
    }
  }

  /** The names of times can be set for files, and a table has no use for that. */
  private static void requireTimesIn(TableDescription target, ExportedRows rows) {
    for (ColumnDescription column : rows.columns()) {
      if (target.column(column.name()).isEmpty()) {
        throw new InvalidSettingException(
            "writetimeNames",
            "writetimeNames, ttlNames and ttlReadAtName name columns of files; leave them out to"
                + " copy a table");
      }
    }
  }

  private void check(List<ColumnDescription> columns, ExportedRows rows) {
    ScanPreflight.run(
        session,
        requests,
        new ScanPreflight.Reading(
            "Reading " + table,
            table,
            rows.selected().stream()
                .map(SelectedColumn::expression)
                .collect(Collectors.joining(", ")),
            selection.clauses(),
            pageSize,
            ScanSettings.MOST_PAGE_SIZE),
        List.of(
            new MaskedColumns(
                session,
                table,
                Stream.concat(table.partitionKey().stream(), columns.stream())
                    .distinct()
                    .toList())));
  }

  /** Another client may change rows between two reads. */
  @Override
  public boolean isRepeatable() {
    return false;
  }

  @Override
  public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task) {
    return new TableRows(scan(plan), task, sameTable);
  }

  private synchronized Scan scan(SourcePlan plan) {
    Scan known = scan;
    if (known == null) {
      known = begin(plan);
      scan = known;
    }
    return known;
  }

  private Scan begin(SourcePlan plan) {
    List<ColumnDescription> columns =
        table.select(
            plan.columns().stream().filter(column -> table.column(column).isPresent()).toList());
    ExportedRows rows =
        rows(
            columns,
            columns.stream()
                .map(ColumnDescription::name)
                .filter(
                    column -> plan.columns().contains(CellTimeNames.DEFAULT.writetimeOf(column)))
                .map(CqlIdentifier::fromInternal)
                .toList());
    if (!names(rows.columns()).equals(plan.columns())) {
      throw new UnsuitableTableException(
          table.toString(),
          String.format(
              "Table %s has changed since the copy began: its columns were %s; begin a new copy",
              table, String.join(", ", plan.columns())));
    }
    return new Scan(
        rows,
        new TableScanner(
            RangeStatements.selecting(
                    session,
                    table,
                    new Selection(rows.selected(), selection.clauses()),
                    requests.timeout())
                .checked(),
            sender,
            // The rows of a partition follow each other only if pages come one by one.
            new ScanSettings(pageSize, 1, MaskedColumns.keysAreUnmasked(session, table))));
  }

  @Override
  public void requireUnchanged() {
    try {
      sameTable.atEnd();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static OperationCancelledException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new OperationCancelledException("Reading the source table was interrupted", e);
  }

  @Override
  public void close() {
    sender.close();
  }

  private record Scan(ExportedRows rows, TableScanner scanner) {}

  private static final class TableRows implements RowReader {

    private final ExportedRows rows;
    private final SourceTask task;
    private final TableCheck sameTable;
    private final TaskScan pages;
    private final double tokens;
    private Iterator<Row> page = Collections.emptyIterator();
    private double share;

    TableRows(Scan scan, SourceTask task, TableCheck sameTable) {
      List<TokenRange> ranges = TokenText.parse(task.parts().get(0));
      this.rows = scan.rows();
      this.task = task;
      this.sameTable = sameTable;
      this.tokens = unsigned(TokenRange.rowTokens(ranges));
      this.pages = scan.scanner().scan(new ScanTask(task.number(), ranges, List.of()));
    }

    @Override
    public @Nullable RawRow next() {
      while (!page.hasNext()) {
        share = unsigned(pages.tokensRead()) / tokens;
        Page read = page();
        if (read == null) {
          share = 1;
          sameTable.atCheckpoint();
          return null;
        }
        page = read.rows().iterator();
      }
      return Objects.requireNonNull(rows.of(page.next()), "no row is left out");
    }

    private @Nullable Page page() {
      try {
        return pages.next();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }

    private static double unsigned(long number) {
      return (number >>> 1) * 2.0;
    }

    @Override
    public long bytesRead() {
      return (long) (Math.min(1, share) * task.bytes());
    }

    @Override
    public void close() {
      // The pages in memory need no release.
    }
  }
}
