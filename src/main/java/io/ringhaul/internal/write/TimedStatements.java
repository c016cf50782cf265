package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The statements that restore rows with the write times and moments of expiry of their cells: one
 * write for each distinct pair in a row, in at most three prepared statements.
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
 *       and before these, so that none takes them along if the cluster refuses it; static lists
 *       only to partitions that have none.
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
  private final StreamWriter writer;
  private final int readAtPosition;
  private final long readAtOfAll;
  private final List<TimedStaticList> staticLists = new ArrayList<>();

  /** Whether there are cells that all rows of a partition share. */
  private final boolean sharesCells;

  /**
   * @param columns what rows carry, in their order
   * @param times how the times among them are called, and when they were read
   */
  TimedStatements(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      RestoredTimes times,
      ImportWriters writers) {
    this.writer = writers.writer();
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
        staticLists.add(new TimedStaticList(session, clock, table, columns, list, writers));
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

  /** Whether rows append to lists, so that writing them twice is not writing them once. */
  boolean appends() {
    return appends;
  }

  /** Binds the rows of one task. */
  RowBinder binder() {
    return new Binder();
  }

  private final class Binder implements RowBinder {
    private final PartitionRun run = new PartitionRun(partitionKey);
    private final SharedColumnWriter sharedColumns = new SharedColumnWriter(writer);
    private @Nullable ByteBuffer staticContent;
    private long expiredRows;
    private long expiredCells;

    @Override
    public List<BoundStatement> bind(RawRow row) throws InterruptedException {
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
      // Not before: what a refused row shares with others is left to the next of them.
      if (partition != null) {
        bound.writeShared(partition, row, sharedColumns);
        run.enter(partition);
      }
      staticContent = content;
      expiredCells += bound.expiredCells();
      if (bound.hasExpired()) {
        expiredRows++;
      }
      return bound.statements();
    }

    @Override
    public long writtenAside() {
      return sharedColumns.rows();
    }

    @Override
    public boolean isInDoubt() {
      return sharedColumns.isInDoubt();
    }

    @Override
    public long expiredRows() {
      return expiredRows;
    }

    @Override
    public long expiredCells() {
      return expiredCells;
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
}
