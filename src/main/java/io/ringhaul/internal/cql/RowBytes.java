package io.ringhaul.internal.cql;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The serialized values of a row, one behind the other, so that a row takes one array and not one
 * for each value. Used again for each row. Not thread-safe.
 */
public final class RowBytes {

  private static final int FIRST_CAPACITY = 256;

  /** Rows beyond this may keep the array that they were gathered in, and need no copy then. */
  private static final int MOST_COPIED = 1 << 16;

  /** An array with more room than this part of its bytes is not kept: rows wait in queues. */
  private static final int MOST_ROOM = 4;

  private static final int NULL = -1;

  private final int[] starts;

  /** Where the value of each column ends, or NULL. */
  private final int[] ends;

  private ByteSink bytes = new ByteSink(FIRST_CAPACITY);

  /** For rows of so many columns. */
  public RowBytes(int columns) {
    starts = new int[columns];
    ends = new int[columns];
    Arrays.fill(ends, NULL);
  }

  /** Makes it an empty row, of nulls. */
  public void clear() {
    if (bytes.capacity() > MOST_COPIED) {
      // One large row must not hold its room for all the small ones after it.
      bytes = new ByteSink(FIRST_CAPACITY);
    }
    bytes.clear();
    Arrays.fill(ends, NULL);
  }

  /** Where the bytes of the next value go. */
  public ByteSink bytes() {
    return bytes;
  }

  /** Says that what was appended from a size on is the value of the column. */
  public void set(int column, int start) {
    starts[column] = start;
    ends[column] = bytes.size();
  }

  /** The values, null where none was set; they do not change when this becomes another row. */
  public @Nullable ByteBuffer[] values() {
    @Nullable ByteBuffer[] values = new ByteBuffer[ends.length];
    ByteBuffer all = all();
    for (int i = 0; i < values.length; i++) {
      if (ends[i] != NULL) {
        values[i] = all.slice(starts[i], ends[i] - starts[i]);
      }
    }
    return values;
  }

  private ByteBuffer all() {
    if (bytes.size() <= MOST_COPIED || bytes.capacity() - bytes.size() > bytes.size() / MOST_ROOM) {
      return bytes.copy();
    }
    ByteBuffer all = bytes.toBuffer();
    bytes = new ByteSink(FIRST_CAPACITY);
    return all;
  }
}
