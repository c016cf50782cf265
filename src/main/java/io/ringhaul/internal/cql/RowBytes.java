package io.ringhaul.internal.cql;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The serialized values of a row in one array instead of one array for each value. Reused for each
 * row. Not thread-safe.
 */
public final class RowBytes {

  private static final int FIRST_CAPACITY = 256;

  /**
   * Rows up to this size are copied; larger rows may keep the array in which they were gathered.
   */
  private static final int MOST_COPIED = 1 << 16;

  /**
   * Arrays with more unused space than the row's size divided by this are not kept, since rows wait
   * in queues.
   */
  private static final int MOST_ROOM = 4;

  private static final int NULL = -1;

  private final int[] starts;

  /** The end of each column's value, or NULL. */
  private final int[] ends;

  private ByteSink bytes = new ByteSink(FIRST_CAPACITY);

  /** Creates rows with this number of columns. */
  public RowBytes(int columns) {
    starts = new int[columns];
    ends = new int[columns];
    Arrays.fill(ends, NULL);
  }

  /** Resets to a row of nulls. */
  public void clear() {
    if (bytes.capacity() > MOST_COPIED) {
      // A large row must not keep its memory for later small rows.
      bytes = new ByteSink(FIRST_CAPACITY);
    }
    bytes.clear();
    Arrays.fill(ends, NULL);
  }

  /** Returns the sink for the bytes of the next value. */
  public ByteSink bytes() {
    return bytes;
  }

  /** Stores the bytes from {@code start} to the end of the sink as the value of a column. */
  public void set(int column, int start) {
    starts[column] = start;
    ends[column] = bytes.size();
  }

  /** Returns the values, null where none was set. They do not change with later rows. */
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
