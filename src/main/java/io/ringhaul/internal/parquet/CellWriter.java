package io.ringhaul.internal.parquet;

import java.nio.ByteBuffer;
import org.apache.iceberg.parquet.ParquetValueWriter;

/**
 * Writes one serialized CQL value, or a part of one, to its Parquet columns. The value is the range
 * of {@code length} bytes from the absolute index {@code offset}; the buffer's position is neither
 * read nor moved.
 *
 * <p>Checking is apart from writing, so that a row can be refused before any part of it is in a
 * file. Writing relies on the check.
 */
interface CellWriter extends ParquetValueWriter<ByteBuffer> {

  /**
   * Checks that the value can be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if not
   */
  void check(ByteBuffer bytes, int offset, int length);

  /**
   * Checks that null can be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if not
   */
  void checkNull();

  /** Writes a value that was checked. */
  void write(int repetitionLevel, ByteBuffer bytes, int offset, int length);

  /** Writes null where that was checked. */
  void writeNull(int repetitionLevel);

  @Override
  default void write(int repetitionLevel, ByteBuffer value) {
    write(repetitionLevel, value, value.position(), value.remaining());
  }
}
