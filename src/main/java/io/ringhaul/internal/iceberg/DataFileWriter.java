package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.parquet.FetchedRow;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the data files of one partition for one task or final step, one after another. A file that
 * reaches the target size is ended. Files without rows are not created.
 */
final class DataFileWriter {

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
  private LongConsumer growth = bytes -> {};
  private long uncheckedRows;
  private long uncheckedBytes;

  /**
   * @param partition the partition's values; null for a table without partitions
   * @param io the file access for the next file; it changes when credentials are renewed
   * @param task the number of the task or final step, for the names of the files
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
      growth.accept(bytes());
    }
  }

  /** From now on, reports the size of the files while rows are written; see {@link #bytes}. */
  void onGrowth(LongConsumer listener) {
    growth = listener;
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
    CapturedOutput file = next(layout, partition, task, io, written);
    output = file;
    DataWriter<RawRow> writer = rows.open(file, partition);
    current = writer;
    uncheckedRows = 0;
    uncheckedBytes = 0;
    return writer;
  }

  /**
   * Returns the next file of a task or final step in a partition.
   *
   * @param partition the partition's values; null for a table without partitions
   */
  static CapturedOutput next(
      WriteLayout layout,
      @Nullable StructLike partition,
      int task,
      Supplier<FileIO> io,
      WrittenFiles written) {
    LocationProvider locations = layout.locations();
    String name = DataFileName.next(layout.jobId(), task);
    String location =
        partition == null
            ? locations.newDataLocation(name)
            : locations.newDataLocation(layout.spec(), partition, name);
    written.add(location);
    return named(layout.table(), io, location);
  }

  /** Returns a new file whose failures name it and its table. */
  static CapturedOutput named(String table, Supplier<FileIO> io, String location) {
    try {
      return new CapturedOutput(table, io.get().newOutputFile(location));
    } catch (BulkOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw failed(table, location, e);
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
  static final class CapturedOutput implements OutputFile {

    private final String table;
    private final OutputFile file;
    private @Nullable PositionOutputStream stream;

    private CapturedOutput(String table, OutputFile file) {
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
