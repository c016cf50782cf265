package io.ringhaul.parquet;

import io.ringhaul.cql.ByteSink;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/** Reads what Parquet keeps as bytes: texts, blobs, UUIDs and long decimals. */
final class BinaryReader extends ColumnReader {

  /** Appends bytes as one CQL type has them. */
  @FunctionalInterface
  interface Form {

    /** Appends the value, or nothing and gives false if it must go the long way. */
    boolean append(ByteBuffer bytes, ByteSink out);
  }

  private final Form form;
  private final Function<Binary, Object> generic;

  /**
   * @param generic the value as Iceberg's generic reader gives it, for those that the form does not
   *     have
   */
  BinaryReader(
      ColumnDescriptor descriptor,
      CqlValueEncoder encoder,
      Form form,
      Function<Binary, Object> generic) {
    super(descriptor, encoder);
    this.form = form;
    this.generic = generic;
  }

  @Override
  void append(ByteSink out) {
    Binary value = column.nextBinary();
    if (!form.append(value.toByteBuffer(), out)) {
      encode(generic.apply(value), out);
    }
  }
}
