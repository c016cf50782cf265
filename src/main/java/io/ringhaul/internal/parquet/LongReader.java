package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;
import java.util.function.LongFunction;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Reads what Parquet keeps as integers of 32 or 64 bits: numbers, dates, times and decimals. */
final class LongReader extends ColumnReader {

  /** Appends a number as one CQL type has it. */
  @FunctionalInterface
  interface Form {

    /** Appends the number, or nothing and gives false if the type has no such number. */
    boolean append(long number, ByteSink out);
  }

  private final boolean has32Bits;
  private final Form form;
  private final LongFunction<Object> generic;

  /**
   * @param descriptor of a column of {@code INT32} or {@code INT64}
   * @param generic the number as Iceberg's generic reader gives it, for those that the form does
   *     not have
   */
  LongReader(
      ColumnDescriptor descriptor,
      CqlValueEncoder encoder,
      Form form,
      LongFunction<Object> generic) {
    super(descriptor, encoder);
    this.has32Bits =
        descriptor.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT32;
    this.form = form;
    this.generic = generic;
  }

  @Override
  void append(ByteSink out) {
    long number = has32Bits ? column.nextInteger() : column.nextLong();
    if (!form.append(number, out)) {
      encode(generic.apply(number), out);
    }
  }
}
