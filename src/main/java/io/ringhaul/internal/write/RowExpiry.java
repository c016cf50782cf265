package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.type.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The moment at which the last of a row's own values expires, from the TTLs and the time of
 * reading.
 *
 * @param position the column that gets it, which the server returns with the time of reading
 */
record RowExpiry(int position, List<Cell> cells) {

  /**
   * The positions of a value and of its TTL, which is a list if the value has several cells.
   *
   * @param type of the value
   */
  record Cell(int value, int ttl, DataType type) {}

  RowExpiry {
    cells = List.copyOf(cells);
  }

  /** Returns the serialized moment; null if a value does not expire or the row has no values. */
  @Nullable ByteBuffer of(Row row) {
    ByteBuffer now = row.getBytesUnsafe(position);
    int longest = -1;
    for (Cell cell : cells) {
      ByteBuffer value = row.getBytesUnsafe(cell.value());
      if (value != null) {
        ByteBuffer ttl = row.getBytesUnsafe(cell.ttl());
        int seconds = ttl == null ? -1 : seconds(cell.type(), value, ttl);
        if (seconds < 0) {
          return null;
        }
        longest = Math.max(longest, seconds);
      }
    }
    if (now == null || longest < 0) {
      return null;
    }
    long read = TimeUnit.MILLISECONDS.toSeconds(now.getLong(now.position()));
    return ByteBuffer.allocate(Long.BYTES).putLong(0, TimeUnit.SECONDS.toMillis(read + longest));
  }

  /** The longest TTL of the cells of a value; negative if one does not expire. */
  private static int seconds(DataType type, ByteBuffer value, ByteBuffer ttl) {
    if (!CellTimeTypes.isMultiCell(type)) {
      return ttl.getInt(ttl.position());
    }
    // A user-defined type also has elements for fields without a value.
    boolean isUdt = CellTimeTypes.isMultiCellUdt(type);
    int field = value.position();
    int longest = -1;
    int at = ttl.position() + Integer.BYTES;
    for (int left = ttl.getInt(ttl.position()); left > 0; left--) {
      int length = ttl.getInt(at);
      at += Integer.BYTES;
      boolean hasValue = true;
      if (isUdt) {
        // Fields at the end may be missing.
        int size = field < value.limit() ? value.getInt(field) : -1;
        hasValue = size >= 0;
        field += Integer.BYTES + Math.max(0, size);
      }
      if (length >= 0) {
        longest = Math.max(longest, ttl.getInt(at));
        at += length;
      } else if (hasValue) {
        return -1;
      }
    }
    return longest;
  }
}
