package io.ringhaul.internal.write;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The rows of one partition after the other, as one reader meets them. Used by one thread. */
final class PartitionRun {

  private final int[] key;
  private @Nullable ByteBuffer entered;

  /**
   * @param key where rows carry the partition key
   */
  PartitionRun(int[] key) {
    this.key = key;
  }

  /** Where rows carry the partition key. */
  static int[] partitionKey(TableDescription table, List<ColumnDescription> columns) {
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    return table.partitionKey().stream()
        .flatMapToInt(column -> IntStream.of(names.indexOf(column.name())))
        .toArray();
  }

  /** The row's partition, as one value for comparison. */
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

  /** Whether it is another partition than the one entered last. */
  boolean isNew(ByteBuffer partition) {
    return !partition.equals(entered);
  }

  /** Goes on to a partition, once all that it has for all rows is in good hands. */
  void enter(ByteBuffer partition) {
    entered = partition;
  }
}
