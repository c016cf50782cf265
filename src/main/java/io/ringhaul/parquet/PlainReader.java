package io.ringhaul.parquet;

import io.ringhaul.cql.ByteSink;
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

  private final Form form;

  PlainReader(ColumnDescriptor descriptor, CqlValueEncoder encoder, Form form) {
    super(descriptor, encoder);
    this.form = form;
  }

  @Override
  void append(ByteSink out) {
    form.append(column, out);
  }
}
