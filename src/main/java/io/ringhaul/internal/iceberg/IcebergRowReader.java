package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.parquet.CqlParquetReaders;
import io.ringhaul.internal.parquet.OpenParquetFile;
import io.ringhaul.internal.parquet.ReadRow;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
import org.apache.iceberg.mapping.NameMapping;
import org.apache.iceberg.mapping.NameMappingParser;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.iceberg.util.PartitionUtil;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Streams the rows of one task, without those that delete files take away. */
final class IcebergRowReader implements RowReader {

  private final Table table;
  private final Schema schema;
  private final Schema projection;
  private final List<ColumnDescription> columns;
  private final Iterator<String> parts;
  private @Nullable Closeable content;
  private @Nullable Iterator<ReadRow> rows;
  private String file = "";
  private boolean atRow;
  private long rowNumber;

  /** Bytes of the data files that were read to the end of their part. */
  private double bytesBefore;

  private double bytesPerRow;

  /** Rows read from this part, those that are deleted among them. */
  private long rowsRead;

  /** Whether delete files may take rows of this part away. */
  private boolean deletesRows;

  /**
   * @param columns the plan's columns
   */
  IcebergRowReader(
      Table table,
      Schema schema,
      SourcePlan plan,
      SourceTask task,
      List<ColumnDescription> columns) {
    this.table = table;
    this.schema = schema;
    this.projection = projection(schema, plan.columns());
    this.columns = columns;
    this.parts = task.parts().iterator();
  }

  @Override
  public @Nullable RawRow next() {
    @Nullable ReadRow row;
    atRow = false;
    try {
      row = nextRow();
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // Damage shows in exceptions of every kind, of Iceberg, of Parquet and of Java.
      throw new StorageException(
          file, "The data file " + file + " cannot be read: " + OpenParquetFile.reason(e), e);
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
    if (!deletesRows) {
      rowsRead++;
    }
    return rows.next();
  }

  /** By rows: the row groups of a part may have more bytes than the part, or none. */
  @Override
  public long bytesRead() {
    return (long) (bytesBefore + rowsRead * bytesPerRow);
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

  private Iterator<ReadRow> open(String part) throws IOException {
    FileScanTask task = ScanTaskParser.fromJson(part, true);
    file = task.file().location();
    rowNumber = 0;
    bytesBefore += rowsRead * bytesPerRow;
    rowsRead = 0;
    bytesPerRow = (double) task.file().fileSizeInBytes() / Math.max(1, task.file().recordCount());
    deletesRows = !task.deletes().isEmpty();
    OpenParquetFile stored = OpenParquetFile.open(table.io().newInputFile(task.file()));
    content = stored;
    List<Long> offsets = task.file().splitOffsets();
    stored.requireAsInTable(
        task.file().fileSizeInBytes(),
        task.file().recordCount(),
        offsets == null || offsets.isEmpty() ? 0 : offsets.get(0));
    CloseableIterable<ReadRow> opened =
        task.deletes().isEmpty() ? all(task, stored) : withoutDeleted(task, stored);
    content = opened;
    return opened.iterator();
  }

  private CloseableIterable<ReadRow> all(FileScanTask task, OpenParquetFile stored) {
    Map<Integer, ?> constants = constants(task);
    return read(
        task,
        stored,
        projection,
        parquet -> CqlParquetReaders.rows(columns, projection, parquet, constants));
  }

  /** What is deleted is told by whole records, and maybe by other columns than those asked for. */
  private CloseableIterable<ReadRow> withoutDeleted(FileScanTask task, OpenParquetFile stored) {
    GenericDeleteFilter deletes = new GenericDeleteFilter(table.io(), task, schema, projection);
    Schema required = deletes.requiredSchema();
    Map<Integer, ?> constants = constants(task);
    Set<Integer> compared = compared(task);
    CloseableIterable<Record> records =
        read(
            task,
            stored,
            required,
            parquet -> CqlParquetReaders.recordReader(required, parquet, constants, compared));
    return CloseableIterable.transform(
        deletes.filter(CloseableIterable.transform(records, this::counted)),
        CqlParquetReaders.records(columns, required));
  }

  private Record counted(Record record) {
    rowsRead++;
    return record;
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

  private <T> CloseableIterable<T> read(
      FileScanTask task,
      OpenParquetFile stored,
      Schema fields,
      Function<MessageType, ParquetValueReader<T>> model) {
    String mapping = table.properties().get(TableProperties.DEFAULT_NAME_MAPPING);
    return stored.rows(
        fields,
        stored.identified(
            mapping == null ? NameMapping.empty() : NameMappingParser.fromJson(mapping)),
        task.start(),
        task.start() + task.length(),
        model);
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
