package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PartitionSpillTest {

  private static final Schema SCHEMA =
      new Schema(NestedField.required(1, "p", Types.IntegerType.get()));
  private static final PartitionSpec SPEC = PartitionSpec.builderFor(SCHEMA).identity("p").build();

  @Test
  void replaysMoreRowsThanFitInMemory() {
    Random random = new Random(17);
    int partitions = 40;
    Map<Integer, List<List<@Nullable ByteBuffer>>> expected = new HashMap<>();
    try (PartitionSpill spill = new PartitionSpill(3)) {
      long bytes = 0;
      for (int i = 0; bytes < 9L << 20; i++) {
        int partition = random.nextInt(partitions);
        List<@Nullable ByteBuffer> row = new ArrayList<>();
        row.add(ByteBuffer.allocate(4).putInt(0, i));
        row.add(random.nextInt(3) == 0 ? null : ByteBuffer.allocate(0));
        row.add(random.nextInt(5) == 0 ? null : random(random, random.nextInt(2_000)));
        for (ByteBuffer value : row) {
          bytes += value == null ? 0 : value.remaining();
        }
        spill.add(key(partition), row::get);
        expected.computeIfAbsent(partition, p -> new ArrayList<>()).add(row);
      }
      assertThat(spill.partitions()).hasSize(partitions);
      for (int partition = 0; partition < partitions; partition++) {
        assertThat(spill.holds(key(partition))).isTrue();
        assertThat(replay(spill, partition, 3)).isEqualTo(expected.get(partition));
      }
      // A replay can be repeated.
      assertThat(replay(spill, 0, 3)).isEqualTo(expected.get(0));
    }
  }

  @Test
  void replaysARowLargerThanTheMemoryLimit() {
    ByteBuffer large = random(new Random(1), 5 << 20);
    try (PartitionSpill spill = new PartitionSpill(2)) {
      spill.add(key(1), row(large, null));
      spill.add(key(1), row(null, ByteBuffer.allocate(0)));
      List<List<@Nullable ByteBuffer>> expected = new ArrayList<>();
      expected.add(values(row(large, null), 2));
      expected.add(values(row(null, ByteBuffer.allocate(0)), 2));
      assertThat(replay(spill, 1, 2)).isEqualTo(expected);
    }
  }

  @Test
  void doesNotChangeTheBuffersOfARow() {
    ByteBuffer slice = ByteBuffer.wrap(new byte[] {9, 1, 2, 3, 9}, 1, 3);
    try (PartitionSpill spill = new PartitionSpill(1)) {
      spill.add(key(1), row(slice));
      assertThat(slice.position()).isEqualTo(1);
      assertThat(replay(spill, 1, 1))
          .containsExactly(List.of(ByteBuffer.wrap(new byte[] {1, 2, 3})));
    }
  }

  @Test
  void ignoresPartitionsWithoutRows() {
    try (PartitionSpill spill = new PartitionSpill(1)) {
      assertThat(spill.partitions()).isEmpty();
      assertThat(spill.holds(key(1))).isFalse();
      assertThat(replay(spill, 1, 1)).isEmpty();
    }
  }

  private static PartitionKey key(int partition) {
    PartitionKey key = new PartitionKey(SPEC, SCHEMA);
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("p", partition);
    key.partition(row);
    return key;
  }

  private static ByteBuffer random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private static RawRow row(@Nullable ByteBuffer... values) {
    return column -> values[column];
  }

  private static List<@Nullable ByteBuffer> values(RawRow row, int columns) {
    List<@Nullable ByteBuffer> values = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      values.add(row.bytes(i));
    }
    return values;
  }

  private static List<List<@Nullable ByteBuffer>> replay(
      PartitionSpill spill, int partition, int columns) {
    List<List<@Nullable ByteBuffer>> rows = new ArrayList<>();
    spill.replay(key(partition), row -> rows.add(values(row, columns)));
    return rows;
  }
}
