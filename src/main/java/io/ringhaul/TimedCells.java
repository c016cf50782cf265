package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.cql.ByteSink;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The regular columns of a table's rows, or the static ones of its partitions. Thread-safe. */
final class TimedCells {

  private final List<TimedColumn> columns;
  private final int[] firstSlots;
  private final int slots;
  private final int[] keyPositions;
  private final Optional<TimedStatement> update;
  private final boolean hasLists;

  private TimedCells(
      List<TimedColumn> columns, int[] keyPositions, Optional<TimedStatement> update) {
    this.columns = columns;
    this.keyPositions = keyPositions;
    this.update = update;
    this.firstSlots = new int[columns.size()];
    int slot = 0;
    for (int i = 0; i < firstSlots.length; i++) {
      firstSlots[i] = slot;
      slot += columns.get(i).assignments().size();
    }
    this.slots = slot;
    this.hasLists = columns.stream().anyMatch(TimedCells::isList);
  }

  /**
   * @param key what the cells are found by, and where rows carry it
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
        keyPositions,
        columns.isEmpty()
            ? Optional.empty()
            : Optional.of(
                TimedStatement.update(session, clock, table, key, keyPositions, columns)));
  }

  /** A write without values, whose times are not known to end. */
  CellWrite nothing() {
    return new CellWrite(CellWrite.NOW, CellWrite.NEVER, slots);
  }

  /** Divides the row's cells into writes. */
  CellSplitter split(RawRow row, long readAt, long now, boolean withLists) {
    CellSplitter split = new CellSplitter(slots, readAt, now);
    for (int i = 0; i < firstSlots.length; i++) {
      if (withLists || !isList(columns.get(i))) {
        split.add(columns.get(i), firstSlots[i], row);
      }
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

  /** Whether two rows carry the same values and times in these columns. */
  boolean carrySame(RawRow one, RawRow other) {
    for (TimedColumn column : columns) {
      if (!same(one, other, column.value())
          || !same(one, other, column.writetime())
          || !same(one, other, column.ttl())) {
        return false;
      }
    }
    return true;
  }

  /** The row's key as one value. */
  ByteBuffer key(RawRow row) {
    ByteSink key = new ByteSink(Long.BYTES);
    for (int position : keyPositions) {
      ByteBuffer part = Objects.requireNonNull(row.bytes(position));
      key.putInt(part.remaining());
      key.put(part);
    }
    return key.toBuffer();
  }

  boolean hasLists() {
    return hasLists;
  }

  private static boolean isList(TimedColumn column) {
    return column.form() == TimedColumn.Form.LIST;
  }

  private static boolean same(RawRow one, RawRow other, int position) {
    @Nullable ByteBuffer bytes = position < 0 ? null : one.bytes(position);
    return Objects.equals(bytes, position < 0 ? null : other.bytes(position));
  }
}
