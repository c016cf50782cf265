package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.parquet.TripleWriter;
import org.apache.parquet.column.ColumnWriteStore;

/** A value whose parts go to the Parquet columns of other writers. */
abstract class NestedCell implements CellWriter {

  private final ValuePath path;
  private final List<CellWriter> parts;
  private final List<TripleWriter<?>> columns;

  NestedCell(ValuePath path, List<CellWriter> parts) {
    this.path = path;
    this.parts = List.copyOf(parts);
    List<TripleWriter<?>> all = new ArrayList<>();
    parts.forEach(part -> all.addAll(part.columns()));
    this.columns = List.copyOf(all);
  }

  final ValuePath path() {
    return path;
  }

  @Override
  public void checkNull() {
    throw path.nullError();
  }

  @Override
  public void writeNull(int repetitionLevel) {
    throw new IllegalStateException(path.path() + " was not checked");
  }

  @Override
  public final List<TripleWriter<?>> columns() {
    return columns;
  }

  @Override
  public final void setColumnStore(ColumnWriteStore store) {
    parts.forEach(part -> part.setColumnStore(store));
  }

  @Override
  public Stream<FieldMetrics<?>> metrics() {
    return parts.stream().flatMap(CellWriter::metrics);
  }

  /** Writes to every column that the value ends at the given definition level. */
  final void writeEnd(int repetitionLevel, int definitionLevel) {
    for (TripleWriter<?> column : columns) {
      column.writeNull(repetitionLevel, definitionLevel);
    }
  }

  /**
   * The four-byte length, or count, at the index.
   *
   * @param end the index after the last byte of the value that it is part of
   */
  final int lengthAt(ByteBuffer bytes, int index, int end) {
    if (end - index < Integer.BYTES) {
      throw path.malformed("a length is cut short");
    }
    return bytes.getInt(index);
  }

  /** Checks that a part of that length, read from before the index, ends within the value. */
  final void requireWithin(int index, int length, int end) {
    if (length > end - index) {
      throw path.malformed("a part of " + length + " bytes is cut short");
    }
  }

  /** Checks that the value's parts end where it does. */
  final void requireEnd(int index, int end) {
    if (index != end) {
      throw path.malformed((end - index) + " bytes too many");
    }
  }
}
