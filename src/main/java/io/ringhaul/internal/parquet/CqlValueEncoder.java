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
 * Encodes the values of one Iceberg column, as Iceberg's generic readers return them, to serialized
 * CQL values. Strings may also be buffers of their UTF-8, see {@link
 * CqlParquetReaders#recordReader}. Values that {@link CqlParquetWriters} wrote are restored byte
 * for byte. The exceptions are non-canonical serializations outside the partition key: a varint or
 * decimal with redundant bytes, a tuple that ends before its last field, an empty collection of
 * zero bytes, a true with a byte other than 1.
 *
 * <p>Stateless and thread-safe.
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
   * Returns the encoder of a column.
   *
   * @param column the column to write to
   * @param iceberg the Iceberg type of the values
   * @throws IllegalArgumentException if the types are incompatible; {@link
   *     IcebergCompatibility#importProblem} reports this in advance
   */
  public static CqlValueEncoder of(ColumnDescription column, Type iceberg, ReadOptions options) {
    return new CqlValueEncoder(
        column, iceberg, ValueEncoders.of(ValuePath.of(column), column.type(), iceberg, options));
  }

  /**
   * Returns the value as protocol versions 3 to 5 serialize it; null for null.
   *
   * @throws UnrepresentableValueException if CQL cannot represent the value exactly
   * @throws BulkOperationException if the value does not have the column's Iceberg type
   */
  public @Nullable ByteBuffer encode(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    ByteSink out = new ByteSink(0);
    encode(value, out);
    return out.toBuffer();
  }

  /** Appends the serialized value. Throws as {@link #encode(Object)}. */
  void encode(Object value, ByteSink out) {
    try {
      encoder.encode(value, out);
    } catch (ClassCastException e) {
      throw new BulkOperationException(
          String.format(
              "Column %s of Iceberg type %s contains a value of %s",
              column.name(), iceberg, value.getClass().getName()),
          e);
    }
  }
}
