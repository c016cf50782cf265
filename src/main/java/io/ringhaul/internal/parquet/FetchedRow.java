package io.ringhaul.internal.parquet;

import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A row whose values have been fetched once, for readers that each want all of them: checking,
 * writing, adding up their sizes. One object may serve one row after another.
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

  /** Takes the place of the row before it. */
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

  /** The bytes of all values together, as the driver has them. */
  public long size() {
    return size;
  }
}
