package io.ringhaul.internal.parquet;

import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A row whose values are fetched once, for callers that use them several times: to check, to write,
 * to sum their sizes. One object can be reused for many rows.
 */
public final class FetchedRow implements RawRow {

  private final @Nullable ByteBuffer[] values;
  private long size;

  /**
   * @param columns how many values a row has
   */
  public FetchedRow(int columns) {
    this.values = new ByteBuffer[columns];
  }

  /** Replaces the current row. */
  public FetchedRow fetch(RawRow row) {
    long bytes = 0;
    for (int i = 0; i < values.length; i++) {
      ByteBuffer value = row.bytes(i);
      values[i] = value;
      bytes += value == null ? 0 : value.remaining();
    }
    size = bytes;
    return this;
  }

  @Override
  public @Nullable ByteBuffer bytes(int column) {
    return values[column];
  }

  /** Returns the total serialized size of all values in bytes. */
  public long size() {
    return size;
  }
}
