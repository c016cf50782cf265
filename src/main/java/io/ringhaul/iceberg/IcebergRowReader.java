package io.ringhaul.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSplit;
import io.ringhaul.parquet.CheckedPages;
import io.ringhaul.parquet.CqlParquetReaders;
import io.ringhaul.parquet.ReadRow;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ScanTaskParser;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.GenericDeleteFilter;
import org.apache.iceberg.data.IdentityPartitionConverters;
import org.apache.iceberg.data.Record;
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
  private final List<ColumnDescription> columns;
  private final Iterator<String> parts;
  private @Nullable CloseableIterable<ReadRow> content;
  private @Nullable Iterator<ReadRow> rows;
  private String file = "";
  private boolean atRow;
  private long rowNumber;

  /**
   * @param columns the plan's columns
   */
  IcebergRowReader(
      Table table,
      Schema schema,
      SourcePlan plan,
      SourceSplit split,
      List<ColumnDescription> columns) {
    this.table = table;
    this.schema = schema;
    this.projection = projection(schema, plan.columns());
    this.columns = columns;
    this.parts = split.parts().iterator();
  }

  @Override
  public @Nullable RawRow next() {
    @Nullable ReadRow row;
    atRow = false;
    try {
      row = nextRow();
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // Damage shows in exceptions of every kind, of Iceberg, of Parquet and of Java.
      throw new StorageException(file, "The data file " + file + " cannot be read: " + e, e);
    }
    atRow = row != null;
    return row == null ? null : row.at(() -> String.format("Row %d read from %s", rowNumber, file));
  }

  /** The row's number among those read from this part of the data file; others may be deleted. */
  @Override
  public Optional<SourceRecord> lastRecord() {
    return atRow
        ? Optional.of(new SourceRecord(file, "row", rowNumber, Optional.empty()))
        : Optional.empty();
  }

  private @Nullable ReadRow nextRow() throws IOException {
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

  private Iterator<ReadRow> open(String part) {
    FileScanTask task = ScanTaskParser.fromJson(part, true);
    file = task.file().location();
    rowNumber = 0;
    CloseableIterable<ReadRow> opened = task.deletes().isEmpty() ? all(task) : withoutDeleted(task);
    content = opened;
    return opened.iterator();
  }

  private CloseableIterable<ReadRow> all(FileScanTask task) {
    Map<Integer, ?> constants = constants(task);
    return read(task, projection)
        .createReaderFunc(
            parquet -> CqlParquetReaders.rows(columns, projection, parquet, constants))
        .build();
  }

  /** What is deleted is told by whole records, and maybe by other columns than those asked for. */
  private CloseableIterable<ReadRow> withoutDeleted(FileScanTask task) {
    GenericDeleteFilter deletes = new GenericDeleteFilter(table.io(), task, schema, projection);
    Schema required = deletes.requiredSchema();
    Map<Integer, ?> constants = constants(task);
    Set<Integer> compared = compared(task);
    CloseableIterable<Record> records =
        read(task, required)
            .createReaderFunc(
                parquet -> CqlParquetReaders.recordReader(required, parquet, constants, compared))
            .build();
    return CloseableIterable.transform(
        deletes.filter(records), CqlParquetReaders.records(columns, required));
  }

  /** The fields by whose values delete files name the rows that are gone. */
  private static Set<Integer> compared(FileScanTask task) {
    Set<Integer> ids = new HashSet<>();
    for (DeleteFile delete : task.deletes()) {
      if (delete.content() == FileContent.EQUALITY_DELETES) {
        ids.addAll(delete.equalityFieldIds());
      }
    }
    return ids;
  }

  private Parquet.ReadBuilder read(FileScanTask task, Schema fields) {
    Parquet.ReadBuilder builder =
        Parquet.read(CheckedPages.of(table.io().newInputFile(task.file())))
            .project(fields)
            .split(task.start(), task.length());
    String mapping = table.properties().get(TableProperties.DEFAULT_NAME_MAPPING);
    return mapping == null ? builder : builder.withNameMapping(NameMappingParser.fromJson(mapping));
  }

  private static Map<Integer, ?> constants(FileScanTask task) {
    return PartitionUtil.constantsMap(task, IdentityPartitionConverters::convertConstant);
  }

  private void closeFile() throws IOException {
    if (content != null) {
      content.close();
    }
    content = null;
    rows = null;
  }
}
