package io.ringhaul.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSplit;
import io.ringhaul.parquet.CheckedPages;
import io.ringhaul.parquet.CqlValueEncoder;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ScanTaskParser;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.GenericDeleteFilter;
import org.apache.iceberg.data.IdentityPartitionConverters;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.mapping.NameMappingParser;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.util.PartitionUtil;
import org.jspecify.annotations.Nullable;

/** Streams the rows of one split, without those that delete files take away. */
final class IcebergRowReader implements RowReader {

  private final Table table;
  private final Schema schema;
  private final Schema projection;
  private final List<CqlValueEncoder> encoders;
  private final Iterator<String> parts;
  private @Nullable CloseableIterable<Record> records;
  private @Nullable Iterator<Record> rows;
  private String file = "";
  private boolean atRow;
  private long rowNumber;

  /**
   * @param encoders one for each of the plan's columns
   */
  IcebergRowReader(
      Table table,
      Schema schema,
      SourcePlan plan,
      SourceSplit split,
      List<CqlValueEncoder> encoders) {
    this.table = table;
    this.schema = schema;
    this.projection = projection(schema, plan.columns());
    this.encoders = encoders;
    this.parts = split.parts().iterator();
  }

  @Override
  public @Nullable RawRow next() {
    @Nullable Record row;
    atRow = false;
    try {
      row = nextRecord();
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // Damage shows in exceptions of every kind, of Iceberg, of Parquet and of Java.
      throw new StorageException(file, "The data file " + file + " cannot be read: " + e, e);
    }
    atRow = row != null;
    return row == null ? null : encode(row);
  }

  /** The row's number among those read from this part of the data file; others may be deleted. */
  @Override
  public Optional<SourceRecord> lastRecord() {
    return atRow
        ? Optional.of(new SourceRecord(file, "row", rowNumber, Optional.empty()))
        : Optional.empty();
  }

  private @Nullable Record nextRecord() throws IOException {
    while (rows == null || !rows.hasNext()) {
      closeFile();
      if (!parts.hasNext()) {
        return null;
      }
      rows = open(parts.next());
    }
    rowNumber++;
    return rows.next();
  }

  @Override
  public void close() {
    try {
      closeFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The columns in the plan's order, where {@code Schema.select} would give the file's. */
  private static Schema projection(Schema schema, List<String> columns) {
    return new Schema(
        columns.stream()
            .map(column -> Objects.requireNonNull(schema.asStruct().field(column), column))
            .toList());
  }

  private RawRow encode(Record row) {
    ByteBuffer[] values = new ByteBuffer[encoders.size()];
    for (int i = 0; i < values.length; i++) {
      try {
        values[i] = encoders.get(i).encode(row.get(i));
      } catch (UnrepresentableValueException e) {
        throw new UnrepresentableValueException(
            e.column(), String.format("Row %d read from %s: %s", rowNumber, file, e.getMessage()));
      }
    }
    return column -> values[column];
  }

  private Iterator<Record> open(String part) {
    FileScanTask task = ScanTaskParser.fromJson(part, true);
    file = task.file().location();
    rowNumber = 0;
    GenericDeleteFilter deletes = new GenericDeleteFilter(table.io(), task, schema, projection);
    Schema required = deletes.requiredSchema();
    Parquet.ReadBuilder builder =
        Parquet.read(CheckedPages.of(table.io().newInputFile(task.file())))
            .project(required)
            .split(task.start(), task.length())
            .createReaderFunc(
                parquet ->
                    GenericParquetReaders.buildReader(
                        required,
                        parquet,
                        PartitionUtil.constantsMap(
                            task, IdentityPartitionConverters::convertConstant)));
    String mapping = table.properties().get(TableProperties.DEFAULT_NAME_MAPPING);
    if (mapping != null) {
      builder.withNameMapping(NameMappingParser.fromJson(mapping));
    }
    CloseableIterable<Record> filtered = deletes.filter(builder.build());
    records = filtered;
    return filtered.iterator();
  }

  private void closeFile() throws IOException {
    if (records != null) {
      records.close();
    }
    records = null;
    rows = null;
  }
}
