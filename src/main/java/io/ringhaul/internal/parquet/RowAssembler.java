package io.ringhaul.internal.parquet;

import java.util.List;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.iceberg.parquet.ParquetValueReaders.StructReader;
import org.jspecify.annotations.Nullable;

/** Puts rows together from columns that are read straight to CQL and others. */
final class RowAssembler extends StructReader<ReadRow, RowCells> {

  /**
   * How one of the columns is read.
   *
   * @param place the column's place in the row
   * @param reader gives the {@link RowCells} that it has appended to, or null for null; or a record
   *     with just the column's value
   * @param encoder for records; null if the reader appends
   */
  record Column(int place, ParquetValueReader<?> reader, @Nullable CqlValueEncoder encoder) {}

  private final Column[] columns;
  private final RowCells cells;
  private int start;

  /**
   * @param size of a row; columns that are not read are null
   */
  RowAssembler(List<Column> columns, int size) {
    super(columns.stream().<ParquetValueReader<?>>map(Column::reader).toList());
    this.columns = columns.toArray(Column[]::new);
    this.cells = new RowCells(size);
  }

  @Override
  protected RowCells newStructData(@Nullable ReadRow reuse) {
    cells.clear();
    return cells;
  }

  /** What the column's reader is given: where to append to. */
  @Override
  protected @Nullable Object getField(RowCells row, int position) {
    start = row.bytes().size();
    return columns[position].encoder == null ? row : null;
  }

  @Override
  protected void set(RowCells row, int position, @Nullable Object value) {
    Column column = columns[position];
    if (column.encoder != null) {
      Record record = (Record) value;
      row.set(column.place, column.encoder, record == null ? null : record.get(0));
    } else if (value != null) {
      row.set(column.place, start);
    }
  }

  @Override
  protected ReadRow buildStruct(RowCells row) {
    return row.row();
  }
}
