package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.parquet.CqlParquetWriters;
import io.ringhaul.internal.parquet.ParquetCodecs;
import io.ringhaul.internal.parquet.ParquetWrites;
import io.ringhaul.internal.parquet.RowGroups;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Writes the changed rows of one task of an incremental export: for each row an equality delete of
 * its key, which applies to the rows of earlier snapshots, and the row itself.
 */
final class MergeWriter implements TaskWriter {

  /** Keys are small: their files need no large row groups. */
  private static final long KEY_SHARE = 8;

  private final WriteLayout layout;
  private final IcebergTaskWriter rows;
  private final KeyDeletes deletes;
  private final int[] positions;
  private final int partitionKeyColumns;
  private final boolean hasStatics;
  private final ByteBuffer[] partition;

  /**
   * @param columns the columns of the rows
   */
  MergeWriter(
      WriteLayout layout,
      IcebergTaskWriter rows,
      List<ColumnDescription> columns,
      Supplier<FileIO> io,
      WrittenFiles written,
      int task) {
    this.layout = layout;
    this.rows = rows;
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    this.positions =
        layout.origin().source().primaryKey().stream().mapToInt(names::indexOf).toArray();
    List<ColumnDescription> primaryKey = IntStream.of(positions).mapToObj(columns::get).toList();
    this.deletes = new KeyDeletes(layout, primaryKey, io, written, task);
    this.partitionKeyColumns =
        (int)
            primaryKey.stream()
                .filter(it -> it.kind() == ColumnDescription.Kind.PARTITION_KEY)
                .count();
    this.hasStatics = columns.stream().anyMatch(it -> it.kind() == ColumnDescription.Kind.STATIC);
    this.partition = new ByteBuffer[partitionKeyColumns];
  }

  @Override
  public void write(RawRow row) {
    // The row's writer checks the values, so that a rejected row deletes nothing.
    rows.write(row);
    delete(column -> row.bytes(positions[column]));
    if (hasStatics && isNewPartition(row)) {
      // A partition with only static values is a row without clustering columns, which is gone
      // when the partition has its first row.
      delete(column -> column < partitionKeyColumns ? row.bytes(positions[column]) : null);
    }
  }

  private boolean isNewPartition(RawRow row) {
    boolean isNew = false;
    for (int i = 0; i < partitionKeyColumns; i++) {
      ByteBuffer value = row.bytes(positions[i]);
      if (value != null && !value.equals(partition[i])) {
        byte[] copy = new byte[value.remaining()];
        value.duplicate().get(copy);
        partition[i] = ByteBuffer.wrap(copy);
        isNew = true;
      }
    }
    return isNew;
  }

  @Override
  public void delete(RawRow key) {
    guarded(() -> deletes.add(key));
  }

  @Override
  public long bytes() {
    return rows.bytes() + deletes.bytes();
  }

  @Override
  public TaskOutput finish() {
    return finish(bytes -> {});
  }

  @Override
  public TaskOutput finish(LongConsumer bytes) {
    List<DeleteFile> files = new ArrayList<>();
    guarded(() -> files.addAll(deletes.finish()));
    long ofDeletes = files.stream().mapToLong(DeleteFile::fileSizeInBytes).sum();
    TaskOutput output = rows.finish(ofRows -> bytes.accept(ofDeletes + ofRows));
    List<String> all = new ArrayList<>(output.files());
    files.forEach(file -> all.add(JobOutputs.text(file, layout.spec())));
    deletes.finished();
    return new TaskOutput(output.task(), output.rows(), output.bytes() + ofDeletes, all);
  }

  @Override
  public void close() {
    try (deletes) {
      rows.close();
    }
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

  /**
   * Writes keys to equality delete files. Without partitions the keys go to one file; with
   * partitions they are spilled and written at the end, one partition after another.
   */
  private static final class KeyDeletes implements AutoCloseable {

    private final WriteLayout layout;
    private final List<ColumnDescription> key;
    private final Supplier<FileIO> io;
    private final WrittenFiles written;
    private final int task;
    private final PartitionSpill spill;
    private final IcebergTaskWriter.RowPartitioner partitioner;
    private final List<DeleteFile> files = new ArrayList<>();
    private @Nullable EqualityDeleteWriter<RawRow> current;
    private DataFileWriter.@Nullable CapturedOutput output;
    private boolean isFinished;

    KeyDeletes(
        WriteLayout layout,
        List<ColumnDescription> key,
        Supplier<FileIO> io,
        WrittenFiles written,
        int task) {
      this.layout = layout;
      this.key = key;
      this.io = io;
      this.written = written;
      this.task = task;
      this.spill = new PartitionSpill(key.size());
      this.partitioner =
          new IcebergTaskWriter.RowPartitioner(
              layout.spec(), layout.schema(), new PartitionRow(layout.schema(), key));
    }

    void add(RawRow row) {
      if (layout.spec().isUnpartitioned()) {
        (current == null ? open(null) : current).write(row);
        return;
      }
      PartitionKey partition = partitioner.partition(row);
      spill.add(spill.holds(partition) ? partition : partition.copy(), row);
    }

    long bytes() {
      return current == null ? 0 : current.length();
    }

    List<DeleteFile> finish() {
      end();
      for (PartitionKey partition : spill.partitions()) {
        EqualityDeleteWriter<RawRow> writer = open(partition);
        spill.replay(partition, writer::write);
        end();
      }
      return List.copyOf(files);
    }

    /** The files belong to the task's output, so that closing keeps them. */
    void finished() {
      isFinished = true;
    }

    @Override
    public void close() {
      try (spill) {
        if (isFinished) {
          return;
        }
        if (output != null) {
          output.abandon();
          written.abandon(io, output.location());
        }
        files.forEach(file -> written.abandon(io, file.location()));
      }
    }

    private EqualityDeleteWriter<RawRow> open(@Nullable StructLike partition) {
      DataFileWriter.CapturedOutput file =
          DataFileWriter.next(layout, partition, task, io, written);
      output = file;
      List<NestedField> fields = MergeableTable.key(layout.schema(), key);
      int[] ids = fields.stream().mapToInt(NestedField::fieldId).toArray();
      EqualityDeleteWriter<RawRow> writer =
          new EqualityDeleteWriter<>(
              appender(file, new Schema(fields), ids),
              FileFormat.PARQUET,
              file.location(),
              layout.spec(),
              partition,
              null,
              null,
              ids);
      current = writer;
      return writer;
    }

    private FileAppender<RawRow> appender(
        DataFileWriter.CapturedOutput file, Schema schema, int[] ids) {
      Map<String, String> properties = new HashMap<>(layout.properties());
      properties.putAll(CqlParquetWriters.fileProperties(schema));
      properties.putAll(RowGroups.properties(layout.writerBytes() / KEY_SHARE));
      ParquetCodecs.chooseLevel(properties);
      List<String> texts = new ArrayList<>();
      for (int id : ids) {
        texts.add(Integer.toString(id));
      }
      try {
        return ParquetWrites.to(file)
            .schema(schema)
            .setAll(properties)
            .meta("delete-type", "equality")
            .meta("delete-field-ids", String.join(", ", texts))
            .metricsConfig(
                MetricsConfig.from(layout.properties(), layout.schema(), SortOrder.unsorted()))
            .createWriterFunc((of, parquet) -> CqlParquetWriters.rows(of, parquet, key))
            .build();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void end() {
      if (current == null) {
        return;
      }
      try {
        current.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      files.add(current.toDeleteFile());
      current = null;
      output = null;
    }
  }
}
