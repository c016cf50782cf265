package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.FinalStep;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.disk.StorageTrouble;
import io.ringhaul.internal.parquet.FetchedRow;
import io.ringhaul.internal.parquet.TypeChoices;
import io.ringhaul.schema.ColumnDescription;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.util.Tasks;
import org.apache.iceberg.util.ThreadPools;
import org.jspecify.annotations.Nullable;

/**
 * The step from the row files of tasks to the data files of a partitioned table. A task reads a
 * range of tokens, which has rows of every partition. If each task wrote data files, an export with
 * t tasks into p partitions would have t times p small files. Instead, each task writes its rows,
 * grouped by partition, to one {@link RowFile}. After the last task, each final step reads the rows
 * of one partition from all row files and writes its data files. An export of n bytes into p
 * partitions has about n / target file size + p data files.
 *
 * <p>The alternatives were rejected for these reasons:
 *
 * <ul>
 *   <li>Data files shared by running tasks would tie the checkpoint of a task to that of all others
 *       that write to the same file, and need a Parquet writer in memory for each partition.
 *   <li>Small data files that are rewritten before the commit cost an encoding, a decoding and the
 *       footer of each file more. Row files contain the serialized values of Cassandra, so a final
 *       step writes the same bytes, metrics and NaNs that the task would have written.
 * </ul>
 *
 * <p>A task is finished when its row file is durable, a final step when its data files are. Which
 * final steps there are depends on the set of row files only, so a resumed export runs the final
 * steps that are missing. Row files stay until the commit, so a final step can always be repeated.
 * A final step needs the memory of one data file and one block of rows.
 */
final class PartitionSteps {

  private static final int MOST_READ_AT_ONCE = 32;

  /**
   * A partition with more row bytes than this many files is divided among several final steps,
   * which can run concurrently. Each of them may add a file that is smaller than the target size.
   */
  private static final int FILES_OF_ONE_STEP = 4;

  private final WriteLayout layout;
  private final List<ColumnDescription> columns;
  private final TypeChoices types;
  private final Supplier<FileIO> io;
  private final WrittenFiles written;

  PartitionSteps(
      WriteLayout layout,
      List<ColumnDescription> columns,
      TypeChoices types,
      Supplier<FileIO> io,
      WrittenFiles written) {
    this.layout = layout;
    this.columns = columns;
    this.types = types;
    this.io = io;
    this.written = written;
  }

  /** Returns the final steps that have not run yet, large ones first. */
  List<FinalStep> missing(JobOutputs outputs) {
    List<FinalStep> missing = new ArrayList<>();
    if (outputs.rowsWithoutDataFile() > 0) {
      List<Part> parts = parts(segments(outputs.rowFiles()));
      for (int number = 0; number < parts.size(); number++) {
        if (!outputs.stepsDone().contains(number)) {
          missing.add(new Step(outputs, number, parts.get(number).segments()));
        }
      }
    }
    return missing;
  }

  private List<RowFile.Segment> segments(List<RowFile> files) {
    List<RowFile.Segment> segments = Collections.synchronizedList(new ArrayList<>());
    ExecutorService threads =
        ThreadPools.newFixedThreadPool(
            "ringhaul-row-files", Math.min(MOST_READ_AT_ONCE, files.size()));
    try {
      Tasks.foreach(files)
          .executeWith(threads)
          .stopOnFailure()
          .run(file -> segments.addAll(file.segments(io.get())));
    } finally {
      threads.shutdownNow();
    }
    return segments;
  }

  /** The segments of one final step. */
  private record Part(List<RowFile.Segment> segments, long bytes) {}

  /**
   * Returns the segments of each final step. The result is the same for the same row files, in
   * whatever order they are given.
   */
  private List<Part> parts(List<RowFile.Segment> segments) {
    Map<ByteBuffer, List<RowFile.Segment>> partitions = new TreeMap<>();
    segments.stream()
        .sorted(
            Comparator.comparing((RowFile.Segment segment) -> segment.file().location())
                .thenComparing(RowFile.Segment::offset))
        .forEach(
            segment ->
                partitions
                    .computeIfAbsent(segment.partition(), key -> new ArrayList<>())
                    .add(segment));
    List<Part> parts = new ArrayList<>();
    for (List<RowFile.Segment> partition : partitions.values()) {
      List<RowFile.Segment> part = new ArrayList<>();
      long bytes = 0;
      for (RowFile.Segment segment : partition) {
        if (bytes >= FILES_OF_ONE_STEP * layout.targetFileBytes()) {
          parts.add(new Part(part, bytes));
          part = new ArrayList<>();
          bytes = 0;
        }
        part.add(segment);
        bytes += segment.bytes();
      }
      parts.add(new Part(part, bytes));
    }
    // The sort is stable. The largest final steps begin first, so that none runs alone at the end.
    parts.sort(Comparator.comparing(Part::bytes).reversed());
    return parts;
  }

  /** Writes the data files of a partition, or of a part of a large one. */
  private final class Step implements FinalStep {

    private final JobOutputs outputs;
    private final int number;
    private final List<RowFile.Segment> segments;

    Step(JobOutputs outputs, int number, List<RowFile.Segment> segments) {
      this.outputs = outputs;
      this.number = number;
      this.segments = segments;
    }

    @Override
    public TaskOutput run(LongConsumer bytes) {
      DataFileWriter writer =
          new DataFileWriter(
              layout,
              new ParquetRows(layout, columns, types),
              io,
              written,
              PartitionBytes.decode(segments.get(0).partition(), layout),
              number);
      writer.onGrowth(bytes);
      boolean isDone = false;
      try {
        FetchedRow row = new FetchedRow(columns.size());
        for (RowFile.Segment segment : segments) {
          RowFile.read(io.get(), segment, columns.size(), next -> writer.write(row.fetch(next)));
        }
        bytes.accept(writer.bytes());
        TaskOutput output = output(writer.finish());
        isDone = true;
        return output;
      } catch (UncheckedIOException e) {
        throw new StorageException(
            layout.location(),
            "Writing data files of the Iceberg table "
                + layout.table()
                + " from the rows of its tasks failed: "
                + StorageTrouble.of(e),
            e);
      } finally {
        if (!isDone) {
          writer.abort();
        }
      }
    }

    private TaskOutput output(List<DataFile> files) {
      long rows = files.stream().mapToLong(DataFile::recordCount).sum();
      long expected = segments.stream().mapToLong(RowFile.Segment::rows).sum();
      if (rows != expected) {
        throw new StorageException(
            layout.location(),
            String.format(
                "%d of %d rows of a partition of the Iceberg table %s were read from row files",
                rows, expected, layout.table()),
            null);
      }
      return new TaskOutput(
          number,
          rows,
          files.stream().mapToLong(DataFile::fileSizeInBytes).sum(),
          files.stream()
              .map(file -> JobOutputs.text(outputs.rowFilesId(), file, layout.spec()))
              .toList());
    }
  }

  /** The values of a partition as bytes: of each field the length, -1 for null, and the value. */
  static final class PartitionBytes {

    private static final int NULL = -1;

    private PartitionBytes() {}

    static ByteBuffer encode(PartitionKey key, PartitionSpec spec) {
      List<@Nullable ByteBuffer> values = new ArrayList<>();
      int length = 0;
      for (int i = 0; i < key.size(); i++) {
        @Nullable Object value = key.get(i, Object.class);
        ByteBuffer bytes = value == null ? null : Conversions.toByteBuffer(type(spec, i), value);
        values.add(bytes);
        length += Integer.BYTES + (bytes == null ? 0 : bytes.remaining());
      }
      ByteBuffer all = ByteBuffer.allocate(length);
      for (ByteBuffer value : values) {
        if (value == null) {
          all.putInt(NULL);
        } else {
          all.putInt(value.remaining()).put(value.duplicate());
        }
      }
      return all.flip();
    }

    static PartitionKey decode(ByteBuffer encoded, WriteLayout layout) {
      PartitionKey key = new PartitionKey(layout.spec(), layout.schema());
      ByteBuffer all = encoded.duplicate();
      for (int i = 0; i < key.size(); i++) {
        int length = all.getInt();
        if (length == NULL) {
          key.set(i, null);
        } else {
          Object value =
              Conversions.fromByteBuffer(type(layout.spec(), i), all.slice(all.position(), length));
          key.set(i, value instanceof CharSequence text ? text.toString() : value);
          all.position(all.position() + length);
        }
      }
      return key;
    }

    private static Type type(PartitionSpec spec, int field) {
      return spec.partitionType().fields().get(field).type();
    }
  }
}
