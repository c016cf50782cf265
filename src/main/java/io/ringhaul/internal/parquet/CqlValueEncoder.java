package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.schema.ColumnDescription;
import java.nio.ByteBuffer;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * Turns the values of one Iceberg column, as Iceberg's generic readers give them, into serialized
 * CQL values; strings may also come as buffers of their UTF-8, see {@link
 * CqlParquetReaders#recordReader}. What {@link CqlParquetWriters} wrote comes back byte for byte,
 * but for unusual spellings outside the partition key: a varint with more bytes than it needs, a
 * tuple that ends before its last field, an empty collection of zero bytes, a true of another byte
 * than 1.
 *
 * <p>An encoder keeps no state between values and can be shared by threads.
 */
public final class CqlValueEncoder {

  private final ColumnDescription column;
  private final Type iceberg;
  private final ValueEncoder encoder;

  private CqlValueEncoder(ColumnDescription column, Type iceberg, ValueEncoder encoder) {
    this.column = column;
    this.iceberg = iceberg;
    this.encoder = encoder;
  }

  /**
   * The encoder of a column.
   *
   * @param column the column to write to
   * @param iceberg the type of the values
   * @throws IllegalArgumentException if the types do not fit; {@link
   *     IcebergCompatibility#importProblem} tells before
   */
  public static CqlValueEncoder of(ColumnDescription column, Type iceberg) {
    return new CqlValueEncoder(
        column, iceberg, ValueEncoders.of(ValuePath.of(column), column.type(), iceberg));
  }

  /**
   * The serialized value, as protocol versions 3 to 5 have it; null for null.
   *
   * @throws UnrepresentableValueException if CQL cannot hold the value exactly, with the reason
   * @throws BulkOperationException if the value is not of the column's Iceberg type
   */
  public @Nullable ByteBuffer encode(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    ByteSink out = new ByteSink(0);
    encode(value, out);
    return out.toBuffer();
  }

  /** As {@link #encode(Object)}, but appends the serialized value. */
  void encode(Object value, ByteSink out) {
    try {
      encoder.encode(value, out);
    } catch (ClassCastException e) {
      throw new BulkOperationException(
          String.format(
              "Column %s of Iceberg type %s holds a %s",
              column.name(), iceberg, value.getClass().getName()),
          e);
    }
  }
}
