package io.ringhaul.parquet;

import io.ringhaul.cql.Site;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;

/** A column of the file that the rows have no value for. */
final class AbsentCell extends NestedCell {

  private AbsentCell(Site site, List<CellWriter> leaves) {
    super(site, leaves);
  }

  /**
   * @param leaves the Parquet columns that it consists of
   */
  static CellWriter of(Site site, List<ColumnDescriptor> leaves) {
    List<CellWriter> cells =
        leaves.stream().<CellWriter>map(leaf -> new VariableCells.BlobCell(site, leaf)).toList();
    return new NullableCell(site, new AbsentCell(site, cells), 1);
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
