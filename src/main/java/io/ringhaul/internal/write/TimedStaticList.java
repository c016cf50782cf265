package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes a static list with the times of its elements, once for each partition, although every row
 * of a partition carries them and its rows may lie anywhere in the source. Elements with times of
 * their own are appended: the table itself is asked, and a partition that has the list gets none. A
 * list without times is set as a whole, by a statement of its own, as {@link StaticListBinder}
 * does. Thread-safe.
 */
final class TimedStaticList {

  private final TimedCells cells;
  private final Optional<PartitionLook> look;
  private final OncePerPartition once = new OncePerPartition();

  /**
   * @param columns the columns in the order in which rows carry them
   * @param list the static list among them
   */
  TimedStaticList(
      CqlSession session,
      ImportClock clock,
      TableDescription table,
      List<ColumnDescription> columns,
      TimedColumn list,
      ImportWriters writers) {
    List<ColumnDescription> key = table.partitionKey();
    int[] keyPositions = PartitionRun.partitionKey(table, columns);
    this.cells = TimedCells.of(session, clock, table, key, keyPositions, List.of(list));
    this.look =
        list.form() == TimedColumn.Form.WHOLE
            ? Optional.empty()
            : Optional.of(
                new PartitionLook(
                    session, table, columns, List.of(list.column()), writers.looks()));
  }

  /** Divides the elements that the row carries into writes. */
  CellSplitter split(RawRow row, long readAt, long now) {
    return cells.split(row, readAt, now);
  }

  /**
   * Writes what was split, unless it would be appended to what the partition has.
   *
   * @param rows how many written rows it counts as
   * @param sharedColumns writes it
   */
  void write(
      ByteBuffer partition,
      RawRow row,
      CellSplitter split,
      int rows,
      SharedColumnWriter sharedColumns)
      throws InterruptedException {
    List<BoundStatement> statements = new ArrayList<>();
    for (CellWrite write : split.writes()) {
      statements.add(cells.update(row, write, !split.appends()));
    }
    once.write(
        partition,
        () ->
            (look.isPresent() && look.get().findsAny(row))
                || sharedColumns.write(statements, rows));
  }
}
