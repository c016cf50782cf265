package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.TupleType;
import io.ringhaul.format.WrittenIn;
import io.ringhaul.internal.scan.SelectedColumn;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The columns that an export selects, and the row that its target gets of each selected row. */
public final class ExportedRows {

  /** Converts a value as the server returns it to the serialized form of its column's type. */
  @FunctionalInterface
  public interface Reframing {
    @Nullable ByteBuffer apply(ByteBuffer bytes);
  }

  /**
   * The position of write times for the filter.
   *
   * @param isList whether it is a list of times with nulls, not one time
   * @param isOfPartition whether the value is that of a static column
   */
  public record WritetimeValue(int position, boolean isList, boolean isOfPartition) {}

  public static final Reframing AS_IT_IS = bytes -> bytes;

  private static final WritetimeValue[] NO_FILTER = {};

  private final List<SelectedColumn> selected;
  private final Reframing[] reframings;
  private final int firstReframed;
  private final Optional<RowExpiry> expiry;
  private final WritetimeValue[] filtered;
  private final List<WritetimeValue> filters;
  private final WrittenWindow window;
  private final List<ColumnDescription> columns;

  /**
   * @param selected the selected columns; the target gets the first {@code exported} of them
   * @param reframings one for each selected column
   * @param expiry fills a column; empty for none
   * @param filtered the write times that decide whether the target gets a row; empty for every row
   */
  ExportedRows(
      List<SelectedColumn> selected,
      int exported,
      List<Reframing> reframings,
      Optional<RowExpiry> expiry,
      List<WritetimeValue> filtered,
      WrittenWindow window) {
    this.selected = List.copyOf(selected);
    this.columns = selected.subList(0, exported).stream().map(SelectedColumn::column).toList();
    this.reframings = reframings.toArray(new Reframing[0]);
    this.expiry = expiry;
    // Without a bound all rows are admitted.
    this.filtered = window.isBounded() ? filtered.toArray(new WritetimeValue[0]) : NO_FILTER;
    this.filters = List.copyOf(filtered);
    this.window = window;
    int first = 0;
    while (first < exported && reframings.get(first) == AS_IT_IS) {
      first++;
    }
    this.firstReframed = first;
  }

  /** These rows, of which the target gets those with a value written after a moment. */
  public ExportedRows writtenAfter(long micros) {
    return new ExportedRows(
        selected, columns.size(), List.of(reframings), expiry, filters, window.withAfter(micros));
  }

  /** Converts the server's list of a column's times to the type that formats see. */
  public static Reframing reframing(DataType times) {
    if (times instanceof TupleType) {
      return ExportedRows::tuple;
    }
    // All elements have a write time, but not all of them expire.
    return times instanceof ListType list && list.getElementType().equals(DataTypes.INT)
        ? ExportedRows::ttls
        : AS_IT_IS;
  }

  /** The selected columns. */
  public List<SelectedColumn> selected() {
    return selected;
  }

  /** The columns that the target gets. */
  public List<ColumnDescription> columns() {
    return columns;
  }

  /** The row as the target gets it; null to leave it out. */
  public @Nullable RawRow of(Row row) {
    if (filtered.length > 0 && !admits(row)) {
      return null;
    }
    if (firstReframed == columns.size() && expiry.isEmpty()) {
      return row::getBytesUnsafe;
    }
    return column -> {
      if (expiry.isPresent() && column == expiry.get().position()) {
        return expiry.get().of(row);
      }
      ByteBuffer bytes = row.getBytesUnsafe(column);
      return bytes == null || column < firstReframed ? bytes : reframings[column].apply(bytes);
    };
  }

  /**
   * A row without any value but its key has no write time. It is left out, unless changes are
   * exported: nothing tells then that it has not changed.
   */
  private boolean admits(Row row) {
    boolean all = window.in() == WrittenIn.ALL;
    boolean seen = false;
    boolean seenOwn = false;
    for (WritetimeValue value : filtered) {
      ByteBuffer bytes = row.getBytesUnsafe(value.position());
      if (bytes == null) {
        continue;
      }
      int at = bytes.position();
      int count = 1;
      if (value.isList()) {
        count = bytes.getInt(at);
        at += Integer.BYTES;
      }
      for (int i = 0; i < count; i++) {
        if (value.isList()) {
          int length = bytes.getInt(at);
          at += Integer.BYTES;
          if (length < 0) {
            continue;
          }
        }
        boolean admitted = window.admits(bytes.getLong(at));
        at += Long.BYTES;
        seen = true;
        seenOwn |= !value.isOfPartition();
        if (admitted != all) {
          return admitted;
        }
      }
    }
    return window.areChanges() ? !seenOwn : all && seen;
  }

  /** A serialized tuple is a list without its count. */
  private static @Nullable ByteBuffer tuple(ByteBuffer list) {
    int start = list.position() + Integer.BYTES;
    for (int at = start; at < list.limit(); ) {
      int length = list.getInt(at);
      if (length >= 0) {
        return list.slice(start, list.limit() - start);
      }
      at += Integer.BYTES;
    }
    return null;
  }

  /**
   * A list without nulls: 0 stands for an element that does not expire, as in CQL; no live cell has
   * 0 seconds left. Null if no element expires, as for a single value.
   */
  private static @Nullable ByteBuffer ttls(ByteBuffer list) {
    int count = list.getInt(list.position());
    int expiring = 0;
    int at = list.position() + Integer.BYTES;
    for (int i = 0; i < count; i++) {
      boolean expires = list.getInt(at) >= 0;
      expiring += expires ? 1 : 0;
      at += expires ? 2 * Integer.BYTES : Integer.BYTES;
    }
    if (expiring == count) {
      return list;
    }
    return expiring == 0 ? null : filled(list, count);
  }

  private static ByteBuffer filled(ByteBuffer list, int count) {
    ByteBuffer filled = ByteBuffer.allocate(Integer.BYTES * (1 + 2 * count)).putInt(count);
    int at = list.position() + Integer.BYTES;
    for (int i = 0; i < count; i++) {
      boolean expires = list.getInt(at) >= 0;
      at += Integer.BYTES;
      filled.putInt(Integer.BYTES).putInt(expires ? list.getInt(at) : 0);
      at += expires ? Integer.BYTES : 0;
    }
    return filled.flip();
  }
}
