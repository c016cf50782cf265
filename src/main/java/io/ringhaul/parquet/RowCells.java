package io.ringhaul.parquet;

import io.ringhaul.cql.ByteSink;
import io.ringhaul.exceptions.BulkOperationException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The row that is being read: the serialized values one behind the other, so that a row takes one
 * array and not one for each value. A value that CQL cannot hold is remembered and not thrown,
 * because the readers of the other columns must take their values of this row all the same.
 */
final class RowCells {

  private static final int FIRST_CAPACITY = 256;

  /** Rows beyond this keep the array that they were gathered in, which need not be copied then. */
  private static final int MOST_COPIED = 1 << 16;

  private static final int NULL = -1;

  private final int[] starts;

  /** Where the value of each column ends, or NULL. */
  private final int[] ends;

  private ByteSink bytes = new ByteSink(FIRST_CAPACITY);
  private @Nullable BulkOperationException problem;

  RowCells(int columns) {
    starts = new int[columns];
    ends = new int[columns];
  }

  /** Makes it an empty row, of nulls. */
  void clear() {
    bytes.clear();
    Arrays.fill(ends, NULL);
    problem = null;
  }

  /** Where the bytes of the value go. */
  ByteSink bytes() {
    return bytes;
  }

  /** Says that what was appended from a size on is the value of the column. */
  void set(int column, int start) {
    starts[column] = start;
    ends[column] = bytes.size();
  }

  /**
   * Appends a value, of the class that Iceberg's generic readers give, and makes it the column's.
   */
  void set(int column, CqlValueEncoder encoder, @Nullable Object value) {
    if (value == null) {
      return;
    }
    int start = bytes.size();
    try {
      encoder.encode(value, bytes);
      set(column, start);
    } catch (BulkOperationException e) {
      refuse(e);
    }
  }

  /** Remembers why the row cannot be taken, if nothing was remembered before. */
  void refuse(BulkOperationException reason) {
    if (problem == null) {
      problem = reason;
    }
  }

  /** The row, which does not change when this becomes another one. */
  ReadRow row() {
    @Nullable ByteBuffer[] values = new ByteBuffer[ends.length];
    if (problem == null) {
      ByteBuffer all = all();
      for (int i = 0; i < values.length; i++) {
        if (ends[i] != NULL) {
          values[i] = all.slice(starts[i], ends[i] - starts[i]);
        }
      }
    }
    return new ReadRow(values, problem);
  }

  private ByteBuffer all() {
    if (bytes.size() <= MOST_COPIED) {
      return bytes.copy();
    }
    ByteBuffer all = bytes.toBuffer();
    bytes = new ByteSink(FIRST_CAPACITY);
    return all;
  }
}
