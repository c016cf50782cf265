package io.ringhaul.internal.parquet;

import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.iceberg.parquet.TripleWriter;
import org.apache.parquet.column.ColumnWriteStore;

/** Writes rows that {@link #check} has accepted. */
final class RowWriter implements ParquetValueWriter<RawRow> {

  /** The index of a column that the rows do not have. */
  static final int ABSENT = -1;

  private final CellWriter[] cells;
  private final int[] indexes;
  private final List<TripleWriter<?>> columns;

  /**
   * @param cells one writer for each column of the file
   * @param indexes the index of each column in the row, or {@link #ABSENT}
   */
  RowWriter(List<CellWriter> cells, int[] indexes) {
    this.cells = cells.toArray(new CellWriter[0]);
    this.indexes = indexes.clone();
    List<TripleWriter<?>> all = new ArrayList<>();
    cells.forEach(cell -> all.addAll(cell.columns()));
    this.columns = List.copyOf(all);
  }

  /**
   * Checks that every value of the row can be written.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if a value cannot be written
   */
  void check(RawRow row) {
    for (int i = 0; i < cells.length; i++) {
      ByteBuffer value = indexes[i] == ABSENT ? null : row.bytes(indexes[i]);
      if (value == null) {
        cells[i].checkNull();
      } else {
        cells[i].check(value, value.position(), value.remaining());
      }
    }
  }

  /** Writes a row that {@link #check} has accepted. */
  @Override
  public void write(int repetitionLevel, RawRow row) {
    for (int i = 0; i < cells.length; i++) {
      ByteBuffer value = indexes[i] == ABSENT ? null : row.bytes(indexes[i]);
      if (value == null) {
        cells[i].writeNull(repetitionLevel);
      } else {
        cells[i].write(repetitionLevel, value, value.position(), value.remaining());
      }
    }
  }

  @Override
  public List<TripleWriter<?>> columns() {
    return columns;
  }

  @Override
  public void setColumnStore(ColumnWriteStore store) {
    for (CellWriter cell : cells) {
      cell.setColumnStore(store);
    }
  }

  @Override
  public Stream<FieldMetrics<?>> metrics() {
    return Stream.of(cells).flatMap(CellWriter::metrics);
  }
}
