package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import org.apache.iceberg.parquet.ParquetValueWriters;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/** A value that goes to one Parquet column. */
abstract class LeafCell extends ParquetValueWriters.PrimitiveWriter<ByteBuffer>
    implements CellWriter {

  private final ValuePath path;

  LeafCell(ValuePath path, ColumnDescriptor descriptor) {
    super(descriptor);
    this.path = path;
  }

  final ValuePath path() {
    return path;
  }

  @Override
  public final void write(int repetitionLevel, ByteBuffer value) {
    write(repetitionLevel, value, value.position(), value.remaining());
  }

  @Override
  public final void checkNull() {
    throw path.nullError();
  }

  @Override
  public final void writeNull(int repetitionLevel) {
    throw new IllegalStateException(path.path() + " was not checked");
  }

  /**
   * The range as Parquet takes it. Parquet copies what it keeps, because the buffer is the row's.
   */
  static Binary binary(ByteBuffer bytes, int offset, int length) {
    return bytes.hasArray()
        ? Binary.fromReusedByteArray(bytes.array(), bytes.arrayOffset() + offset, length)
        : Binary.fromReusedByteBuffer(bytes, offset, length);
  }
}
