package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Binds rows to statements that restore the write times and expiry times of their cells: one write
 * for each distinct pair in a row, with at most three prepared statements.
 *
 * <ul>
 *   <li>An INSERT writes the row's marker, which CQL never shows. It gets the times of the cells
 *       that live longest, and of those that were written last, so that the row does not outlive
 *       its cells. A row that has no cell but its key gets a marker that never expires, if the
 *       source tells TTLs.
 *   <li>UPDATEs write the cells with other times, and all parts of collections and user-defined
 *       types that are not frozen: these are added, never overwritten, so that no tombstone is
 *       written.
 *   <li>UPDATEs of the partition write static cells, once for all its rows that follow each other,
 *       and before these rows, so that a refused row does not take them along; static lists are
 *       written only to partitions that have none.
 * </ul>
 *
 * <p>Thread-safe.
 */
final class TimedStatements {

  private final TimedCells rows;
  private final Optional<TimedCells> statics;
  private final TimedStatement insert;
  private final RowKey rowKey;
  private final KeyCheck keyCheck;
  private final ImportClock clock;
  private final boolean tellsTtls;
  private final boolean appends;
  private final int[] partitionKey;
  private final int readAtPosition;
  private final long readAtOfAll;
  private final List<TimedStaticList> staticLists = new ArrayList<>();

  /** Whether the rows of a partition share cells. */
  private final boolean sharesCells;

  /**
   * @param columns the columns of the rows, in their order
   * @param times the names of the times among them, and when they were read
   */
  TimedStatements(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      RestoredTimes times) {
    this.clock = ImportClock.start(session);
    this.rowKey = new RowKey(table, columns);
    this.keyCheck = new KeyCheck(table, columns);
    this.readAtPosition = TimedColumn.position(columns, times.names().readAt());
    this.readAtOfAll = times.readAt().map(at -> at.getEpochSecond()).orElse(CellWrite.UNKNOWN);
    List<TimedColumn> timed = TimedColumn.of(times.names(), columns);
    this.tellsTtls = timed.stream().anyMatch(column -> column.ttl() != TimedColumn.ABSENT);
    List<ColumnDescription> key = table.primaryKey();
    this.partitionKey = PartitionRun.partitionKey(table, columns);
    this.appends = timed.stream().anyMatch(TimedStatements::isList);
    List<TimedColumn> regular = ofKind(timed, Kind.REGULAR);
    List<TimedColumn> ofPartition = new ArrayList<>(ofKind(timed, Kind.STATIC));
    this.sharesCells = !ofPartition.isEmpty();
    for (TimedColumn list : List.copyOf(ofPartition)) {
      if (StaticListBinder.isStaticList(list.column())) {
        ofPartition.remove(list);
        staticLists.add(new TimedStaticList(session, clock, table, columns, list));
      }
    }
    int[] keyPositions = positions(key, columns);
    this.insert = TimedStatement.insert(session, clock, table, key, keyPositions, regular);
    this.rows = TimedCells.of(session, clock, table, key, keyPositions, regular);
    this.statics =
        ofPartition.isEmpty()
            ? Optional.empty()
            : Optional.of(
                TimedCells.of(
                    session, clock, table, table.partitionKey(), partitionKey, ofPartition));
  }

  /** Whether rows append to lists, so that a row must not be written twice. */
  boolean appends() {
    return appends;
  }

  /** Binds the rows of one task. */
  RowBinder binder() {
    return new Binder();
  }

  private final class Binder implements RowBinder {
    private final PartitionRun run = new PartitionRun(partitionKey);
    private @Nullable ByteBuffer staticContent;

    @Override
    public BoundRow bind(RawRow row) {
      boolean isWhole = keyCheck.isWhole(row);
      TimedRow bound = new TimedRow();
      ByteBuffer partition = sharesCells ? run.of(row) : null;
      ByteBuffer content = statics.map(cells -> cells.content(row)).orElse(null);
      boolean isNew = partition != null && run.isNew(partition);
      try {
        long now = clock.now();
        if (isWhole) {
          bindRow(row, now, bound);
        }
        if (isNew || (content != null && !content.equals(staticContent))) {
          bindStatics(row, now, isNew, bound);
        }
        if (!isWhole && bound.hasOnlyExpiredCells()) {
          bound.expire();
        }
        requireOneBatch(bound.statements());
        requireOneBatch(bound.shared());
      } catch (UnrepresentableValueException e) {
        throw rowKey.named(e, row);
      }
      // Last: the shared columns of a row that cannot be written are left to the next row.
      if (partition != null) {
        run.enter(partition);
      }
      staticContent = content;
      return bound.toRow(partition, row);
    }

    @Override
    public void forgetPartition() {
      run.leave();
      staticContent = null;
    }

    private void bindStatics(RawRow row, long now, boolean withLists, TimedRow bound) {
      if (statics.isPresent()) {
        TimedCells cells = statics.get();
        CellSplitter split = cells.split(row, readAt(row), now);
        bound.count(split);
        for (CellWrite write : split.writes()) {
          bound.addShared(cells.update(row, write, !split.appends()));
        }
      }
      if (withLists) {
        for (TimedStaticList list : staticLists) {
          bound.add(list, list.split(row, readAt(row), now));
        }
      }
    }

    private void bindRow(RawRow row, long now, TimedRow bound) {
      CellSplitter split = rows.split(row, readAt(row), now);
      bound.count(split);
      List<CellWrite> writes = split.writes();
      if (writes.isEmpty() && split.expired() > 0) {
        bound.expire();
        return;
      }
      bound.add(insert.bind(row, longest(writes), !split.appends()));
      for (CellWrite write : writes) {
        if (rows.writesAnyOf(write)) {
          bound.add(rows.update(row, write, !split.appends()));
        }
      }
    }

    private void requireOneBatch(List<BoundStatement> statements) {
      if (statements.size() > CellSplitter.MOST_WRITES) {
        throw CellSplitter.tooMany("", statements.size());
      }
    }

    /** The write whose times the marker gets. */
    private CellWrite longest(List<CellWrite> writes) {
      if (writes.isEmpty()) {
        return new CellWrite(
            CellWrite.NOW, tellsTtls ? CellWrite.NEVER : CellWrite.UNKNOWN, rows.slots());
      }
      CellWrite longest = writes.get(0);
      for (CellWrite write : writes) {
        int order = Long.compare(write.lifetime(), longest.lifetime());
        if (order > 0 || (order == 0 && write.isLaterThan(longest))) {
          longest = write;
        }
      }
      return longest;
    }

    private long readAt(RawRow row) {
      ByteBuffer bytes = readAtPosition == TimedColumn.ABSENT ? null : row.bytes(readAtPosition);
      return bytes == null ? readAtOfAll : Math.floorDiv(bytes.getLong(bytes.position()), 1_000L);
    }
  }

  static boolean isList(TimedColumn column) {
    return column.form() == TimedColumn.Form.LIST;
  }

  private static List<TimedColumn> ofKind(List<TimedColumn> columns, Kind kind) {
    return columns.stream().filter(column -> column.column().kind() == kind).toList();
  }

  private static int[] positions(List<ColumnDescription> key, List<ColumnDescription> columns) {
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    return key.stream().flatMapToInt(c -> IntStream.of(names.indexOf(c.name()))).toArray();
  }

  /** Collects the statements of one row whose cells have times of their own. Used by one thread. */
  private static final class TimedRow {

    private final List<BoundStatement> statements = new ArrayList<>(1);
    private final List<BoundStatement> shared = new ArrayList<>(0);
    private final Map<TimedStaticList, CellSplitter> lists = new LinkedHashMap<>(0);
    private int expiredCells;
    private boolean expired;

    /** The statements that write the row itself, in order. */
    List<BoundStatement> statements() {
      return statements;
    }

    void add(BoundStatement statement) {
      statements.add(statement);
    }

    /** The statements that write the partition's static cells. */
    List<BoundStatement> shared() {
      return shared;
    }

    void addShared(BoundStatement statement) {
      shared.add(statement);
    }

    void add(TimedStaticList list, CellSplitter split) {
      count(split);
      lists.put(list, split);
    }

    /** Counts expired cells. */
    void count(CellSplitter split) {
      expiredCells += split.expired();
    }

    /** Whether the row has cells and all of them have expired. */
    boolean hasOnlyExpiredCells() {
      return expiredCells > 0
          && statements.isEmpty()
          && shared.isEmpty()
          && lists.values().stream().allMatch(split -> split.writes().isEmpty());
    }

    /** Leaves the row out, because all its cells have expired. */
    void expire() {
      expired = true;
    }

    /**
     * The bound row.
     *
     * @param partition the row's partition; null if the table has no shared cells
     */
    BoundRow toRow(@Nullable ByteBuffer partition, RawRow row) {
      List<BoundRow.Shared> writes = new ArrayList<>(0);
      if (partition != null) {
        if (!shared.isEmpty()) {
          writes.add(new BoundRow.Shared(shared, null, partition, null));
        }
        lists.forEach(
            (list, split) -> {
              if (!split.writes().isEmpty()) {
                writes.add(list.write(partition, row, split));
              }
            });
      }
      return new BoundRow(statements, writes, expiredCells, expired);
    }
  }
}
