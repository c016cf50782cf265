package io.ringhaul.internal.iceberg;

import io.ringhaul.internal.parquet.CqlParquetWriters;
import io.ringhaul.internal.parquet.ParquetCodecs;
import io.ringhaul.internal.parquet.ParquetWrites;
import io.ringhaul.internal.parquet.RowGroups;
import io.ringhaul.internal.parquet.SampledAppender;
import io.ringhaul.internal.parquet.TypeChoices;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.jspecify.annotations.Nullable;

/** Opens Parquet files for the rows of an export. */
final class ParquetRows {

  /** The file size is checked at least this many times per file, also if rows are large. */
  private static final int CHECKS_PER_FILE = 16;

  private final WriteLayout layout;
  private final List<ColumnDescription> columns;
  private final TypeChoices types;
  private final Map<String, String> fileProperties;

  ParquetRows(WriteLayout layout, List<ColumnDescription> columns, TypeChoices types) {
    this.layout = layout;
    this.columns = columns;
    this.types = types;
    this.fileProperties = new HashMap<>(layout.properties());
    fileProperties.putAll(CqlParquetWriters.fileProperties(layout.schema()));
    fileProperties.putAll(RowGroups.properties(rowGroupBytes()));
    ParquetCodecs.chooseLevel(fileProperties);
  }

  /** Returns how many values a row has. */
  int columns() {
    return columns.size();
  }

  /** Returns after how many bytes of rows the file's size is checked. */
  long bytesBetweenChecks() {
    return layout.targetFileBytes() / CHECKS_PER_FILE;
  }

  /** Returns a view of rows for partition transforms. */
  PartitionRow partitionRow() {
    return new PartitionRow(layout.schema(), columns);
  }

  /** Returns a check that throws the exceptions of writing a row, before the row reaches a file. */
  Consumer<RawRow> check() {
    return CqlParquetWriters.check(layout.schema(), columns, types);
  }

  DataWriter<RawRow> open(OutputFile file, @Nullable StructLike partition) {
    return new DataWriter<>(
        new SampledAppender(
            layout.schema(),
            columns,
            Math.min(rowGroupBytes(), bytesBetweenChecks()),
            dictionaries -> open(file, dictionaries)),
        FileFormat.PARQUET,
        file.location(),
        layout.spec(),
        partition,
        null);
  }

  private FileAppender<RawRow> open(OutputFile file, Map<String, String> dictionaries)
      throws IOException {
    return ParquetWrites.to(file)
        .schema(layout.schema())
        .setAll(dictionaries)
        .setAll(fileProperties)
        .metricsConfig(
            MetricsConfig.from(layout.properties(), layout.schema(), SortOrder.unsorted()))
        .createWriterFunc((schema, parquet) -> CqlParquetWriters.rows(schema, parquet, columns))
        .build();
  }

  /**
   * Returns the row group size. Each open file buffers one row group, so the task's memory is
   * divided among its open files.
   */
  private long rowGroupBytes() {
    return layout.writerBytes() / layout.openFiles();
  }
}
