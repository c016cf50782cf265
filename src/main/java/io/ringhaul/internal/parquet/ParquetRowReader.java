package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Streams the rows of a Parquet file, or of the row groups in a range of it. */
final class ParquetRowReader implements RowReader {

  private final SourceFile file;
  private final CloseableIterable<ReadRow> content;
  private final Iterator<ReadRow> rows;
  private final long firstRow;
  private final double bytesPerRow;
  private boolean atRow;
  private long rowNumber;

  /**
   * @param open the whole file, which the reader closes
   */
  ParquetRowReader(
      SourceFile file,
      OpenParquetFile open,
      ParquetFooter footer,
      List<ColumnDescription> columns) {
    this.file = file;
    this.firstRow = open.rowsBefore(file.start());
    this.rowNumber = firstRow;
    this.bytesPerRow = (double) file.size() / Math.max(1, open.rows());
    List<NestedField> projected = new ArrayList<>();
    for (ColumnDescription column : columns) {
      NestedField field = footer.schema().asStruct().field(column.name());
      if (field != null) {
        projected.add(field);
      }
    }
    Schema projection = new Schema(projected);
    try {
      this.content =
          open.rows(
              projection,
              footer.identified(),
              file.start(),
              file.end(),
              parquet -> CqlParquetReaders.rows(columns, projection, parquet, Map.of()));
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw unreadable(file, e);
    }
    this.rows = content.iterator();
  }

  /** A file that is none or is damaged; it may also tell of lengths that no memory holds. */
  static StorageException unreadable(SourceFile file, Throwable cause) {
    return new StorageException(
        file.toString(),
        "The file " + file + " cannot be read: " + OpenParquetFile.reason(cause),
        cause);
  }

  @Override
  public @Nullable RawRow next() {
    ReadRow row;
    atRow = false;
    try {
      if (!rows.hasNext()) {
        return null;
      }
      row = rows.next();
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw unreadable(file, e);
    }
    atRow = true;
    rowNumber++;
    return row.at(() -> String.format("Row %d of %s", rowNumber, file));
  }

  /** The row's number in the file, of whatever range it is read. */
  @Override
  public Optional<SourceRecord> lastRecord() {
    return atRow
        ? Optional.of(new SourceRecord(file.toString(), "row", rowNumber, Optional.empty()))
        : Optional.empty();
  }

  /** By rows: the row groups of a range may have more bytes than the range, or none. */
  @Override
  public long bytesRead() {
    return (long) ((rowNumber - firstRow) * bytesPerRow);
  }

  @Override
  public void close() {
    try {
      content.close();
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }
}
