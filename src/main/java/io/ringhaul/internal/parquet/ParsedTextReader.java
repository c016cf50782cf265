package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;
import java.util.function.Function;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/**
 * Reads texts that CQL keeps as something else and that have no quick form: addresses and UUIDs.
 */
final class ParsedTextReader extends ColumnReader {

  private final Function<Binary, Object> text;

  ParsedTextReader(
      ColumnDescriptor descriptor, CqlValueEncoder encoder, Function<Binary, Object> text) {
    super(descriptor, encoder);
    this.text = text;
  }

  @Override
  void append(ByteSink out) {
    encode(text.apply(column.nextBinary()), out);
  }
}
