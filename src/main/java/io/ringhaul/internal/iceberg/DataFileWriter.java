package io.ringhaul.internal.iceberg;

import io.ringhaul.internal.parquet.FetchedRow;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/**
 * The data files of one task and one partition, one after another: a file that has reached the
 * target size is ended. Files without rows are never made.
 */
final class DataFileWriter {

  private static final int ROWS_BETWEEN_CHECKS = 1_000;

  private final WriteLayout layout;
  private final ParquetRows rows;
  private final FileIO io;
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
      FileIO io,
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

  /** About how large its files are so far. */
  long bytes() {
    long ended = files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
    return current == null ? ended : ended + current.length();
  }

  /** Ends the last file and gives all of them. */
  List<DataFile> finish() {
    end();
    return List.copyOf(files);
  }

  /** Removes every file; the way out when the task has failed. */
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
    CapturedOutput file = new CapturedOutput(io.newOutputFile(location));
    output = file;
    DataWriter<RawRow> writer = rows.open(file, partition);
    current = writer;
    uncheckedRows = 0;
    uncheckedBytes = 0;
    return writer;
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
}
