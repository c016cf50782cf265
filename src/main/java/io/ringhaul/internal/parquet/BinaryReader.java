package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/** Reads what Parquet keeps as bytes: texts, blobs, UUIDs and long decimals. */
final class BinaryReader extends ColumnReader {

  /** Makes the value of one CQL type of a value's bytes. */
  @FunctionalInterface
  interface Form {

    /**
     * Puts the CQL value in the place of the bytes.
     *
     * @param out holds the bytes, from the start to its end
     * @return false, with anything from the start on, if the value must go the long way
     */
    boolean convert(ByteSink out, int start);
  }

  private final Form form;
  private final Function<Binary, Object> generic;

  /**
   * @param generic the value as the encoder takes it, for those that the form does not have
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
    int start = out.size();
    try {
      // This way there is no buffer for each value.
      value.writeTo(out.stream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!form.convert(out, start)) {
      out.truncate(start);
      encode(generic.apply(value), out);
    }
  }
}
