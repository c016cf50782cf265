package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;
import java.nio.ByteOrder;
import org.apache.iceberg.parquet.ColumnIterator;
import org.apache.parquet.column.ColumnDescriptor;

/** Reads values of which CQL can hold each: booleans and floating-point numbers. */
final class PlainReader extends ColumnReader {

  /** Takes a value from the column and appends it. */
  @FunctionalInterface
  interface Form {
    void append(ColumnIterator<?> column, ByteSink out);
  }

  static final Form BOOLEAN = (column, out) -> out.putByte(column.nextBoolean() ? 1 : 0);

  // The raw bits, because the others make every NaN the same.
  static final Form FLOAT =
      (column, out) -> out.putInt(Float.floatToRawIntBits(column.nextFloat()));

  static final Form DOUBLE =
      (column, out) -> out.putLong(Double.doubleToRawLongBits(column.nextDouble()));

  static final Form FLOAT_AS_DOUBLE =
      (column, out) -> out.putLong(Double.doubleToRawLongBits(column.nextFloat()));

  static final Form FLOAT16 = (column, out) -> out.putInt(Float.floatToRawIntBits(half(column)));

  static final Form FLOAT16_AS_DOUBLE =
      (column, out) -> out.putLong(Double.doubleToRawLongBits(half(column)));

  private final Form form;

  PlainReader(ColumnDescriptor descriptor, CqlValueEncoder encoder, Form form) {
    super(descriptor, encoder);
    this.form = form;
  }

  @Override
  void append(ByteSink out) {
    form.append(column, out);
  }

  /** A number of 16 bits: a sign, 5 bits of an exponent, 10 of a fraction; each is a float too. */
  private static float half(ColumnIterator<?> column) {
    int bits = column.nextBinary().toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getShort();
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      // Zero and the numbers next to it, whose unit is 2^-24.
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
    }
    int wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
  }
}
