package io.ringhaul.parquet;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.files.SourceFile;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Files;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Streams the rows of a Parquet file, or of the row groups in a range of it. */
final class ParquetRowReader implements RowReader {

  private static final int ABSENT = -1;

  private final SourceFile file;
  private final List<@Nullable CqlValueEncoder> encoders = new ArrayList<>();

  /** The place of each column in a record, or ABSENT. */
  private final int[] places;

  private final CloseableIterable<Record> records;
  private final Iterator<Record> rows;
  private boolean atRow;
  private long rowNumber;

  ParquetRowReader(SourceFile file, ParquetFooter footer, List<ColumnDescription> columns) {
    this.file = file;
    this.rowNumber = footer.rowsBefore(file.start());
    this.places = new int[columns.size()];
    List<NestedField> projected = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      NestedField field = footer.schema().asStruct().field(columns.get(i).name());
      places[i] = field == null ? ABSENT : projected.size();
      if (field == null) {
        encoders.add(null);
      } else {
        projected.add(field);
        encoders.add(CqlValueEncoder.of(columns.get(i), field.type()));
      }
    }
    Schema projection = new Schema(projected);
    Parquet.ReadBuilder builder =
        Parquet.read(CheckedPages.of(Files.localInput(file.path().toFile())))
            .project(projection)
            .split(file.start(), file.length())
            .createReaderFunc(parquet -> GenericParquetReaders.buildReader(projection, parquet));
    footer.mapping().ifPresent(builder::withNameMapping);
    this.records = builder.build();
    try {
      this.rows = records.iterator();
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
    Record row;
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
    return encode(row);
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
      records.close();
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  private RawRow encode(Record row) {
    @Nullable ByteBuffer[] values = new ByteBuffer[places.length];
    for (int i = 0; i < values.length; i++) {
      CqlValueEncoder encoder = encoders.get(i);
      if (encoder != null) {
        try {
          values[i] = encoder.encode(row.get(places[i]));
        } catch (UnrepresentableValueException e) {
          throw new UnrepresentableValueException(
              e.column(), String.format("Row %d of %s: %s", rowNumber, file, e.getMessage()));
        }
      }
    }
    return column -> values[column];
  }
}
