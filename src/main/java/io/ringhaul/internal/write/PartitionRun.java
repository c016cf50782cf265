package io.ringhaul.internal.write;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Notices where one reader's rows go on to another partition. Used by one thread. */
final class PartitionRun {

  private final int[] key;
  private @Nullable ByteBuffer entered;

  /**
   * @param key the positions of the partition key in a row
   */
  PartitionRun(int[] key) {
    this.key = key;
  }

  /** The positions of the partition key in a row. */
  static int[] partitionKey(TableDescription table, List<ColumnDescription> columns) {
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    return table.partitionKey().stream()
        .flatMapToInt(column -> IntStream.of(names.indexOf(column.name())))
        .toArray();
  }

  /** The row's partition key as one value to compare. */
  ByteBuffer of(RawRow row) {
    ByteSink bytes = new ByteSink(Long.BYTES);
    for (int position : key) {
      ByteBuffer part = row.bytes(position);
      bytes.putInt(part == null ? -1 : part.remaining());
      if (part != null) {
        bytes.put(part);
      }
    }
    return bytes.toBuffer();
  }

  /** Whether the partition differs from the one entered last. */
  boolean isNew(ByteBuffer partition) {
    return !partition.equals(entered);
  }

  /** Notes that the shared columns of the partition are bound. */
  void enter(ByteBuffer partition) {
    entered = partition;
  }

  /** Forgets the partition, so that the next row is of a new one. */
  void leave() {
    entered = null;
  }
}
