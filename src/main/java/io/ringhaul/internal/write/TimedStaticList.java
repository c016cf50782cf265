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
 * Binds a static list with the times of its elements, once for each partition, although every row
 * of a partition has the list and its rows may lie anywhere in the source. Elements with times of
 * their own are appended, so the write first looks whether the partition has the list. A list
 * without times is set as a whole, as {@link StaticListBinder} does. Thread-safe.
 */
final class TimedStaticList {

  private final TimedCells cells;
  private final Optional<PartitionLook> look;
  private final OncePerPartition once = new OncePerPartition();

  /**
   * @param columns the columns in the order of a row's values
   * @param list the static list among them
   */
  TimedStaticList(
      CqlSession session,
      ImportClock clock,
      TableDescription table,
      List<ColumnDescription> columns,
      TimedColumn list) {
    List<ColumnDescription> key = table.partitionKey();
    int[] keyPositions = PartitionRun.partitionKey(table, columns);
    this.cells = TimedCells.of(session, clock, table, key, keyPositions, List.of(list));
    this.look =
        list.form() == TimedColumn.Form.WHOLE
            ? Optional.empty()
            : Optional.of(new PartitionLook(session, table, columns, List.of(list.column())));
  }

  /** Divides the row's elements into writes. */
  CellSplitter split(RawRow row, long readAt, long now) {
    return cells.split(row, readAt, now);
  }

  /** The write of a split list, which is left out where the partition has the list already. */
  BoundRow.Shared write(ByteBuffer partition, RawRow row, CellSplitter split) {
    List<BoundStatement> statements = new ArrayList<>();
    for (CellWrite write : split.writes()) {
      statements.add(cells.update(row, write, !split.appends()));
    }
    return new BoundRow.Shared(
        statements, once, partition, look.map(select -> select.bind(row)).orElse(null));
  }
}
