package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The regular columns of a table's rows, or the static columns of its partitions. Thread-safe. */
final class TimedCells {

  private final List<TimedColumn> columns;
  private final int[] firstSlots;
  private final int slots;
  private final Optional<TimedStatement> update;

  private TimedCells(List<TimedColumn> columns, Optional<TimedStatement> update) {
    this.columns = columns;
    this.update = update;
    this.firstSlots = new int[columns.size()];
    int slot = 0;
    for (int i = 0; i < firstSlots.length; i++) {
      firstSlots[i] = slot;
      slot += columns.get(i).assignments().size();
    }
    this.slots = slot;
  }

  /**
   * @param key the key columns of the cells
   * @param keyPositions their positions in a row
   */
  static TimedCells of(
      CqlSession session,
      ImportClock clock,
      TableDescription table,
      List<ColumnDescription> key,
      int[] keyPositions,
      List<TimedColumn> columns) {
    return new TimedCells(
        columns,
        columns.isEmpty()
            ? Optional.empty()
            : Optional.of(
                TimedStatement.update(session, clock, table, key, keyPositions, columns)));
  }

  /** The number of value variables of an UPDATE. */
  int slots() {
    return slots;
  }

  /** Divides the row's cells into writes. */
  CellSplitter split(RawRow row, long readAt, long now) {
    CellSplitter split = new CellSplitter(slots, readAt, now);
    for (int i = 0; i < firstSlots.length; i++) {
      split.add(columns.get(i), firstSlots[i], row);
    }
    return split;
  }

  /** Whether the write has a value left. */
  boolean writesAnyOf(CellWrite write) {
    return update.isPresent() && update.get().writesAnyOf(write);
  }

  BoundStatement update(RawRow row, CellWrite write, boolean repeatable) {
    return update.orElseThrow().bind(row, write, repeatable);
  }

  /** The row's values and times in these columns, as one value to compare. */
  ByteBuffer content(RawRow row) {
    ByteSink content = new ByteSink(Long.BYTES);
    for (TimedColumn column : columns) {
      put(row, column.value(), content);
      put(row, column.writetime(), content);
      put(row, column.ttl(), content);
    }
    return content.toBuffer();
  }

  private static void put(RawRow row, int position, ByteSink to) {
    ByteBuffer bytes = position == TimedColumn.ABSENT ? null : row.bytes(position);
    to.putInt(bytes == null ? -1 : bytes.remaining());
    if (bytes != null) {
      to.put(bytes);
    }
  }
}
