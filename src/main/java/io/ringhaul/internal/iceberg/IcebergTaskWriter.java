package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.parquet.FetchedRow;
import io.ringhaul.schema.RawRow;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of one task. In a partitioned table the first few partitions that the task meets
 * are written at once; the rows of the others wait on disk and are written one partition after
 * another at the end.
 */
final class IcebergTaskWriter implements TaskWriter {

  private final WriteLayout layout;
  private final ParquetRows rows;
  private final FileIO io;
  private final WrittenFiles written;
  private final int task;
  private final RowPartitioner partitioner;
  private final PartitionSpill spill;
  private final Consumer<RawRow> check;
  private final Map<@Nullable PartitionKey, DataFileWriter> writers = new HashMap<>();
  private final FetchedRow fetched;
  private boolean finished;

  IcebergTaskWriter(
      WriteLayout layout, ParquetRows rows, FileIO io, WrittenFiles written, int task) {
    this.written = written;
    this.layout = layout;
    this.rows = rows;
    this.io = io;
    this.task = task;
    this.partitioner = new RowPartitioner(layout.spec(), layout.schema(), rows.partitionRow());
    this.check = rows.check();
    this.fetched = new FetchedRow(rows.columns());
    this.spill = new PartitionSpill(rows.columns());
  }

  @Override
  public void write(RawRow row) {
    guarded(
        () -> {
          fetched.fetch(row);
          // Refused before any file has seen it, so that the files stay good.
          check.accept(fetched);
          if (layout.spec().isUnpartitioned()) {
            writer(null).write(fetched);
            return;
          }
          PartitionKey key = partitioner.partition(fetched);
          DataFileWriter open = writers.get(key);
          if (open != null) {
            open.write(fetched);
          } else if (writers.size() < layout.openPartitions()) {
            writer(key.copy()).write(fetched);
          } else {
            spill.add(spill.holds(key) ? key : key.copy(), fetched);
          }
        });
  }

  @Override
  public long bytes() {
    return writers.values().stream().mapToLong(DataFileWriter::bytes).sum();
  }

  @Override
  public TaskOutput finish() {
    List<DataFile> files = new ArrayList<>();
    guarded(
        () -> {
          writers.values().forEach(writer -> files.addAll(writer.finish()));
          for (PartitionKey partition : spill.partitions()) {
            DataFileWriter writer = writer(partition);
            spill.replay(partition, row -> writer.write(fetched.fetch(row)));
            files.addAll(writer.finish());
          }
        });
    finished = true;
    return new TaskOutput(
        task,
        files.stream().mapToLong(DataFile::recordCount).sum(),
        files.stream().mapToLong(DataFile::fileSizeInBytes).sum(),
        files.stream().map(file -> ContentFileParser.toJson(file, layout.spec())).toList());
  }

  @Override
  public void close() {
    try (spill) {
      if (!finished) {
        writers.values().forEach(DataFileWriter::abort);
      }
    }
  }

  private DataFileWriter writer(@Nullable PartitionKey partition) {
    return writers.computeIfAbsent(
        partition, values -> new DataFileWriter(layout, rows, io, written, values, task));
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (UncheckedIOException e) {
      throw new StorageException(
          layout.location(),
          "Writing to " + layout.location() + " failed: " + StorageTrouble.of(e),
          e);
    }
  }
}
