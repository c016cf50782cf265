package io.ringhaul.parquet;

import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.files.SourceFile;
import io.ringhaul.format.RowReader;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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
  private long rowNumber;

  ParquetRowReader(SourceFile file, ParquetFooter footer, List<ColumnDescription> columns) {
    this.file = file;
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
        Parquet.read(Files.localInput(file.path().toFile()))
            .project(projection)
            .split(file.start(), file.length())
            .createReaderFunc(parquet -> GenericParquetReaders.buildReader(projection, parquet));
    footer.mapping().ifPresent(builder::withNameMapping);
    this.records = builder.build();
    try {
      this.rows = records.iterator();
    } catch (RuntimeException e) {
      throw file.unreadable(e);
    }
  }

  @Override
  public @Nullable RawRow next() {
    Record row;
    try {
      if (!rows.hasNext()) {
        return null;
      }
      row = rows.next();
    } catch (RuntimeException e) {
      throw file.unreadable(e); // a damaged page
    }
    rowNumber++;
    return encode(row);
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
              e.column(), file.row(rowNumber) + ": " + e.getMessage());
        }
      }
    }
    return column -> values[column];
  }
}
