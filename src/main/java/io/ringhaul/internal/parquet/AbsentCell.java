package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;

/** A column of the file that the rows have no value for. */
final class AbsentCell extends NestedCell {

  private AbsentCell(ValuePath path, List<CellWriter> leaves) {
    super(path, leaves);
  }

  /**
   * @param leaves the Parquet columns that it consists of
   */
  static CellWriter of(ValuePath path, List<ColumnDescriptor> leaves) {
    List<CellWriter> cells =
        leaves.stream().<CellWriter>map(leaf -> new VariableCells.BlobCell(path, leaf)).toList();
    return new NullableCell(path, new AbsentCell(path, cells), 1);
  }

  @Override
  public void check(ByteBuffer bytes, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
    throw new UnsupportedOperationException();
  }
}
