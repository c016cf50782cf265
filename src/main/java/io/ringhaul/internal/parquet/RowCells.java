package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.RowBytes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The row that is being read: the serialized values one behind the other, so that a row takes one
 * array and not one for each value. A value that CQL cannot hold is remembered and not thrown,
 * because the readers of the other columns must take their values of this row all the same.
 */
final class RowCells {

  private final int columns;
  private final RowBytes row;
  private @Nullable BulkOperationException problem;

  RowCells(int columns) {
    this.columns = columns;
    this.row = new RowBytes(columns);
  }

  /** Makes it an empty row, of nulls. */
  void clear() {
    row.clear();
    problem = null;
  }

  /** Where the bytes of the value go. */
  ByteSink bytes() {
    return row.bytes();
  }

  /** Says that what was appended from a size on is the value of the column. */
  void set(int column, int start) {
    row.set(column, start);
  }

  /**
   * Appends a value, of the class that Iceberg's generic readers give, and makes it the column's.
   */
  void set(int column, CqlValueEncoder encoder, @Nullable Object value) {
    if (value == null) {
      return;
    }
    int start = bytes().size();
    try {
      encoder.encode(value, bytes());
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
    return new ReadRow(problem == null ? row.values() : new ByteBuffer[columns], problem);
  }
}
