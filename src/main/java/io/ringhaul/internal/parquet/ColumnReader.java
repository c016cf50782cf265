package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.cql.ByteSink;
import org.apache.iceberg.parquet.ParquetValueReaders.PrimitiveReader;
import org.apache.parquet.column.ColumnDescriptor;

/**
 * Takes the values of a Parquet column to serialized CQL values, without objects in between. What
 * it does not know how to take so goes through the column's {@link CqlValueEncoder}, in the class
 * that Iceberg's generic reader would give, or as the bytes of a text: each check, and each
 * message, is there alone.
 */
abstract class ColumnReader extends PrimitiveReader<RowCells> {

  private final CqlValueEncoder encoder;

  ColumnReader(ColumnDescriptor descriptor, CqlValueEncoder encoder) {
    super(descriptor);
    this.encoder = encoder;
  }

  /** Takes the next value, which is not null, and appends it. */
  abstract void append(ByteSink out);

  /** Appends a value the long way. */
  final void encode(Object value, ByteSink out) {
    encoder.encode(value, out);
  }

  /**
   * @param row where the value goes
   * @return the same
   */
  @Override
  public final RowCells read(RowCells row) {
    try {
      append(row.bytes());
    } catch (BulkOperationException e) {
      row.refuse(e);
    }
    return row;
  }
}
