package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.parquet.FetchedRow;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the rows of one task. In a partitioned table, rows of the first few partitions are written
 * immediately. Rows of the other partitions are spilled to disk and written at the end, one
 * partition after another.
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

  /**
   * Writes the data files of one task and one partition, one after another. A file that reaches the
   * target size is ended. Files without rows are not created.
   */
  private static final class DataFileWriter {

    private static final int ROWS_BETWEEN_CHECKS = 1_000;

    private final WriteLayout layout;
    private final ParquetRows rows;
    private final Supplier<FileIO> io;
    private final WrittenFiles written;
    private final @Nullable StructLike partition;
    private final int task;
    private final List<DataFile> files = new ArrayList<>();
    private @Nullable DataWriter<RawRow> current;
    private @Nullable CapturedOutput output;
    private long uncheckedRows;
    private long uncheckedBytes;

    /**
     * @param partition the partition's values; null for a table without partitions
     */
    DataFileWriter(
        WriteLayout layout,
        ParquetRows rows,
        Supplier<FileIO> io,
        WrittenFiles written,
        @Nullable StructLike partition,
        int task) {
      this.written = written;
      this.layout = layout;
      this.rows = rows;
      this.io = io;
      this.partition = partition;
      this.task = task;
    }

    void write(FetchedRow row) {
      DataWriter<RawRow> writer = current == null ? open() : current;
      writer.write(row);
      uncheckedRows++;
      uncheckedBytes += row.size();
      if (uncheckedRows >= ROWS_BETWEEN_CHECKS || uncheckedBytes >= rows.bytesBetweenChecks()) {
        uncheckedRows = 0;
        uncheckedBytes = 0;
        if (writer.length() >= layout.targetFileBytes()) {
          end();
        }
      }
    }

    /** Returns the approximate size of the files so far, in bytes. */
    long bytes() {
      long ended = files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
      return current == null ? ended : ended + current.length();
    }

    /** Ends the last file and returns all files. */
    List<DataFile> finish() {
      end();
      return List.copyOf(files);
    }

    /** Deletes every file after the task has failed. */
    void abort() {
      if (output != null) {
        output.abandon();
        written.abandon(io, output.location());
      }
      files.forEach(file -> written.abandon(io, file.location()));
    }

    private DataWriter<RawRow> open() {
      LocationProvider locations = layout.locations();
      String name = DataFileName.next(layout.jobId(), task);
      String location =
          partition == null
              ? locations.newDataLocation(name)
              : locations.newDataLocation(layout.spec(), partition, name);
      written.add(location);
      CapturedOutput file = new CapturedOutput(layout.table(), newFile(location));
      output = file;
      DataWriter<RawRow> writer = rows.open(file, partition);
      current = writer;
      uncheckedRows = 0;
      uncheckedBytes = 0;
      return writer;
    }

    private OutputFile newFile(String location) {
      try {
        return io.get().newOutputFile(location);
      } catch (BulkOperationException e) {
        throw e;
      } catch (RuntimeException e) {
        throw failed(layout.table(), location, e);
      }
    }

    private static StorageException failed(String table, String location, Exception cause) {
      return new StorageException(
          location,
          String.format(
              "The data file %s of the Iceberg table %s cannot be written: %s",
              location, table, StorageTrouble.of(cause)),
          cause);
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
      files.add(current.toDataFile());
      current = null;
      output = null;
    }

    /**
     * An output file that names itself and its table in failures, and that remembers its stream,
     * because Parquet does not close the stream after a failure.
     */
    private static final class CapturedOutput implements OutputFile {

      private final String table;
      private final OutputFile file;
      private @Nullable PositionOutputStream stream;

      CapturedOutput(String table, OutputFile file) {
        this.table = table;
        this.file = file;
      }

      @Override
      public PositionOutputStream create() {
        return captured(file::create);
      }

      @Override
      public PositionOutputStream createOrOverwrite() {
        return captured(file::createOrOverwrite);
      }

      private PositionOutputStream captured(Supplier<PositionOutputStream> opening) {
        PositionOutputStream created;
        try {
          created = new NamedStream(opening.get());
        } catch (RuntimeException e) {
          throw failed(table, file.location(), e);
        }
        stream = created;
        return created;
      }

      @Override
      public String location() {
        return file.location();
      }

      @Override
      public InputFile toInputFile() {
        return file.toInputFile();
      }

      /** Closes the stream of a file that will be deleted. */
      void abandon() {
        try {
          if (stream != null) {
            stream.close();
          }
        } catch (IOException | RuntimeException e) {
          // The file is deleted next; only its handle must be closed.
        }
      }

      /** A stream whose failures, of any class that the storage throws, name the file. */
      private final class NamedStream extends PositionOutputStream {

        private final PositionOutputStream out;

        NamedStream(PositionOutputStream out) {
          this.out = out;
        }

        @Override
        public long getPos() throws IOException {
          return out.getPos();
        }

        @Override
        public long storedLength() throws IOException {
          return out.storedLength();
        }

        @Override
        public void write(int b) {
          named(() -> out.write(b));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
          named(() -> out.write(bytes, offset, length));
        }

        @Override
        public void flush() {
          named(out::flush);
        }

        @Override
        public void close() {
          named(out::close);
        }

        private void named(Step step) {
          try {
            step.run();
          } catch (IOException | RuntimeException e) {
            throw failed(table, file.location(), e);
          }
        }
      }

      private interface Step {
        void run() throws IOException;
      }
    }
  }

  /** Computes the partition of each row. Not thread-safe. */
  private static final class RowPartitioner {

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
