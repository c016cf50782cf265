package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
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
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of one task. In a partitioned table, rows are spilled to disk and written at the
 * end, grouped by partition: to one {@link RowFile}, or, if the table wants no {@linkplain
 * WriteLayout#hasRowFiles() row files}, to data files. In the second case, rows of the first few
 * partitions are written immediately.
 */
final class IcebergTaskWriter implements TaskWriter {

  private final WriteLayout layout;
  private final ParquetRows rows;
  private final Supplier<FileIO> io;
  private final WrittenFiles written;
  private final int task;
  private final RowPartitioner partitioner;
  private final PartitionSpill spill;
  private final Consumer<RawRow> check;
  private final Map<@Nullable PartitionKey, DataFileWriter> writers = new HashMap<>();
  private final FetchedRow fetched;
  private @Nullable String rowFile;
  private boolean finished;

  /**
   * @param io the file access for the next file; it changes when credentials are renewed
   */
  IcebergTaskWriter(
      WriteLayout layout, ParquetRows rows, Supplier<FileIO> io, WrittenFiles written, int task) {
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
          // Checked before the row reaches a file, so that a rejected row does not damage the file.
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
    return finish(bytes -> {});
  }

  @Override
  public TaskOutput finish(LongConsumer bytes) {
    TaskOutput output = layout.hasRowFiles() ? finishRowFile(bytes) : finishDataFiles(bytes);
    finished = true;
    return output;
  }

  private TaskOutput finishRowFile(LongConsumer bytes) {
    if (spill.partitions().isEmpty()) {
      return new TaskOutput(task, 0, 0, List.of());
    }
    String location =
        layout.locations().newDataLocation(DataFileName.nextRows(layout.jobId(), task));
    written.add(location);
    rowFile = location;
    List<RowFile> files = new ArrayList<>();
    guarded(
        () ->
            files.add(
                RowFile.write(
                    DataFileWriter.named(layout.table(), io, location),
                    spill,
                    key -> PartitionSteps.PartitionBytes.encode(key, layout.spec()),
                    bytes)));
    RowFile file = files.get(0);
    return new TaskOutput(task, file.rows(), file.bytes(), List.of(JobOutputs.text(file)));
  }

  private TaskOutput finishDataFiles(LongConsumer bytes) {
    List<DataFile> files = new ArrayList<>();
    guarded(
        () -> {
          writers.values().forEach(writer -> files.addAll(writer.finish()));
          for (PartitionKey partition : spill.partitions()) {
            DataFileWriter writer = writer(partition);
            long before = files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
            writer.onGrowth(size -> bytes.accept(before + size));
            spill.replay(partition, row -> writer.write(fetched.fetch(row)));
            files.addAll(writer.finish());
          }
        });
    return new TaskOutput(
        task,
        files.stream().mapToLong(DataFile::recordCount).sum(),
        files.stream().mapToLong(DataFile::fileSizeInBytes).sum(),
        files.stream().map(file -> JobOutputs.text(file, layout.spec())).toList());
  }

  @Override
  public void close() {
    try (spill) {
      if (!finished) {
        writers.values().forEach(DataFileWriter::abort);
        if (rowFile != null) {
          written.abandon(io, rowFile);
        }
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
    } catch (BulkOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      // Parquet wraps the failures of its streams.
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof StorageException named) {
          throw named;
        }
      }
      if (!(e instanceof UncheckedIOException)) {
        throw e;
      }
      throw new StorageException(
          layout.location(),
          "Writing to " + layout.location() + " failed: " + StorageTrouble.of(e),
          e);
    }
  }

  /** Computes the partition of each row. Not thread-safe. */
  static final class RowPartitioner {

    private final PartitionKey key;
    private final PartitionRow row;
    private final List<PartitionField> fields;
    private final Schema schema;

    /**
     * @param row the view of rows for the partition transforms
     */
    RowPartitioner(PartitionSpec spec, Schema schema, PartitionRow row) {
      this.key = new PartitionKey(spec, schema);
      this.row = row;
      this.fields = spec.fields();
      this.schema = schema;
    }

    /**
     * Returns the row's partition. The key is reused for the next row, so the caller must copy it
     * to keep it.
     *
     * @throws UnrepresentableValueException if a partition value is NaN or infinite
     */
    PartitionKey partition(RawRow next) {
      key.partition(row.of(next));
      for (int i = 0; i < fields.size(); i++) {
        // Readers take the value from the partition, which does not keep the bits of a NaN, and
        // Iceberg's JSON form of a partition cannot contain infinities.
        @Nullable Object value = key.get(i, Object.class);
        if ((value instanceof Float number && !Float.isFinite(number))
            || (value instanceof Double real && !Double.isFinite(real))) {
          String column = schema.findColumnName(fields.get(i).sourceId());
          throw new UnrepresentableValueException(
              column,
              column
                  + " is "
                  + value
                  + ", which no partition can contain; partition the table by another column, or"
                  + " leave this one out");
        }
      }
      return key;
    }
  }
}
