package io.ringhaul.iceberg;

import io.ringhaul.parquet.CqlParquetWriters;
import io.ringhaul.parquet.RowGroups;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/** Opens Parquet files for the rows of an export. */
final class ParquetRows {

  private final WriteLayout layout;
  private final List<ColumnDescription> columns;
  private final Map<String, String> fileProperties;

  ParquetRows(WriteLayout layout, List<ColumnDescription> columns) {
    this.layout = layout;
    this.columns = columns;
    this.fileProperties = new HashMap<>(layout.properties());
    fileProperties.putAll(CqlParquetWriters.fileProperties(layout.schema()));
    fileProperties.putAll(RowGroups.properties(rowGroupBytes()));
  }

  /** How many values a row has. */
  int columns() {
    return columns.size();
  }

  /** The size of a row's values as the driver has them. */
  long bytes(RawRow row) {
    long bytes = 0;
    for (int i = 0; i < columns.size(); i++) {
      ByteBuffer value = row.bytes(i);
      bytes += value == null ? 0 : value.remaining();
    }
    return bytes;
  }

  /** A view of rows for partition transforms. */
  PartitionRow partitionRow() {
    return new PartitionRow(layout.schema(), columns);
  }

  /** Throws what writing a row would throw, before any file sees it. */
  Consumer<RawRow> check() {
    return CqlParquetWriters.check(layout.schema(), columns);
  }

  DataWriter<RawRow> open(OutputFile file, @Nullable StructLike partition) {
    try {
      return Parquet.writeData(file)
          .schema(layout.schema())
          .withSpec(layout.spec())
          .withPartition(partition)
          .setAll(fileProperties)
          .metricsConfig(
              MetricsConfig.from(layout.properties(), layout.schema(), SortOrder.unsorted()))
          .createWriterFunc((schema, parquet) -> CqlParquetWriters.rows(schema, parquet, columns))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file holds one row group in memory; the task's share is divided among its open files. */
  private long rowGroupBytes() {
    long openFiles = layout.spec().isUnpartitioned() ? 1 : layout.openPartitions();
    return layout.writerBytes() / openFiles;
  }
}
