package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.RowBytes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The row that is being read. All serialized values share one array. A value that CQL cannot
 * represent is recorded instead of thrown, because the readers of the other columns must still
 * consume their values of this row.
 */
final class RowCells {

  private final int columns;
  private final RowBytes row;
  private @Nullable BulkOperationException problem;

  RowCells(int columns) {
    this.columns = columns;
    this.row = new RowBytes(columns);
  }

  /** Starts a new row, in which all columns are null. */
  void clear() {
    row.clear();
    problem = null;
  }

  /** Returns the sink to append a value's bytes to. */
  ByteSink bytes() {
    return row.bytes();
  }

  /** Makes the bytes appended since {@code start} the value of the column. */
  void set(int column, int start) {
    row.set(column, start);
  }

  /**
   * Encodes a value of the class that Iceberg's generic readers return, and sets it as the column's
   * value.
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

  /** Records why the row is invalid. Keeps the first reason. */
  void refuse(BulkOperationException reason) {
    if (problem == null) {
      problem = reason;
    }
  }

  /** Returns the row as a copy that later rows do not change. */
  ReadRow row() {
    return new ReadRow(problem == null ? row.values() : new ByteBuffer[columns], problem);
  }
}
