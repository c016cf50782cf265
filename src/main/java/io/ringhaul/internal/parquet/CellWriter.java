package io.ringhaul.internal.parquet;

import java.nio.ByteBuffer;
import org.apache.iceberg.parquet.ParquetValueWriter;

/**
 * Writes one serialized CQL value, or a part of one, to its Parquet columns. The value is the range
 * of {@code length} bytes from the absolute index {@code offset}; implementations neither read nor
 * move the buffer's position.
 *
 * <p>Callers check all values of a row before they write the first one, so that an invalid row
 * leaves no partial data in the file. The write methods rely on the check.
 */
interface CellWriter extends ParquetValueWriter<ByteBuffer> {

  /**
   * Checks that the value can be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if it cannot be written
   */
  void check(ByteBuffer bytes, int offset, int length);

  /**
   * Checks that null can be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if it cannot be written
   */
  void checkNull();

  /** Writes a value that {@link #check} accepted. */
  void write(int repetitionLevel, ByteBuffer bytes, int offset, int length);

  /** Writes null after {@link #checkNull} accepted it. */
  void writeNull(int repetitionLevel);

  @Override
  default void write(int repetitionLevel, ByteBuffer value) {
    write(repetitionLevel, value, value.position(), value.remaining());
  }
}
