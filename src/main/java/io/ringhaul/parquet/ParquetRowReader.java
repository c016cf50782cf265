package io.ringhaul.parquet;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.files.SourceFile;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Files;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Streams the rows of a Parquet file, or of the row groups in a range of it. */
final class ParquetRowReader implements RowReader {

  private final SourceFile file;
  private final CloseableIterable<ReadRow> content;
  private final Iterator<ReadRow> rows;
  private boolean atRow;
  private long rowNumber;

  ParquetRowReader(SourceFile file, ParquetFooter footer, List<ColumnDescription> columns) {
    this.file = file;
    this.rowNumber = footer.rowsBefore(file.start());
    List<NestedField> projected = new ArrayList<>();
    for (ColumnDescription column : columns) {
      NestedField field = footer.schema().asStruct().field(column.name());
      if (field != null) {
        projected.add(field);
      }
    }
    Schema projection = new Schema(projected);
    Parquet.ReadBuilder builder =
        Parquet.read(CheckedPages.of(Files.localInput(file.path().toFile())))
            .project(projection)
            .split(file.start(), file.length())
            .createReaderFunc(
                parquet -> CqlParquetReaders.rows(columns, projection, parquet, Map.of()));
    footer.mapping().ifPresent(builder::withNameMapping);
    this.content = builder.build();
    try {
      this.rows = content.iterator();
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw damaged(e);
    }
  }

  /** What a damaged file leads to: it may also tell of lengths that no memory holds. */
  private StorageException damaged(Throwable cause) {
    return new StorageException(
        file.toString(), "The file " + file + " cannot be read: " + cause, cause);
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
      throw damaged(e);
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

  @Override
  public void close() {
    try {
      content.close();
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }
}
