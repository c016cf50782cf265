package io.ringhaul.internal.cql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that each row keeps its bytes when later rows are gathered. */
class RowBytesTest {

  private static final byte[] NONE = {};

  /** Sizes around the limit up to which rows are copied. */
  @ParameterizedTest
  @ValueSource(ints = {1, 65_535, 65_536, 65_537, 70_000, 200_000})
  void rowDoesNotChangeWithTheNextRow(int size) {
    RowBytes row = new RowBytes(2);
    byte[] first = bytes(size / 3, 1);
    byte[] second = bytes(size - size / 3, 2);
    set(row, 0, first);
    set(row, 1, second);
    @Nullable ByteBuffer[] large = row.values();

    row.clear();
    byte[] small = {1, 2, 3};
    set(row, 0, small);
    set(row, 1, NONE);
    @Nullable ByteBuffer[] next = row.values();
    row.clear();
    set(row, 1, bytes(size, 3));

    assertThat(large).containsExactly(ByteBuffer.wrap(first), ByteBuffer.wrap(second));
    assertThat(next).containsExactly(ByteBuffer.wrap(small), ByteBuffer.wrap(NONE));
  }

  /** Appends bytes one by one, as a parser does, which doubles the array each time it is full. */
  @ParameterizedTest
  @ValueSource(ints = {65_535, 65_536, 65_537, 131_074, 150_000})
  void rowKeepsLittleUnusedMemory(int size) {
    RowBytes row = new RowBytes(1);
    byte[] value = bytes(size, 4);
    for (byte b : value) {
      row.bytes().putByte(b);
    }
    row.set(0, 0);
    ByteBuffer kept = row.values()[0];
    assertThat(kept).isEqualTo(ByteBuffer.wrap(value));
    assertThat(kept.array().length - kept.arrayOffset()).isBetween(size, size + size / 4);
  }

  @Test
  void largeRowDoesNotKeepMemory() {
    RowBytes row = new RowBytes(1);
    for (byte b : bytes(100_000, 5)) {
      row.bytes().putByte(b);
    }
    row.clear();
    assertThat(row.bytes().capacity()).isLessThan(1_000);
    assertThat(row.values()).containsExactly((ByteBuffer) null);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 65_536, 65_537})
  void distinguishesNullFromEmpty(int size) {
    RowBytes row = new RowBytes(6);
    byte[] value = bytes(size, 6);
    set(row, 1, NONE);
    set(row, 2, value);
    set(row, 4, NONE);
    @Nullable ByteBuffer empty = ByteBuffer.wrap(NONE);
    assertThat(row.values())
        .containsExactly(null, empty, ByteBuffer.wrap(value), null, empty, null);

    row.clear();
    assertThat(row.values()).containsOnlyNulls().hasSize(6);

    row.clear();
    set(row, 5, NONE);
    assertThat(row.values()).containsExactly(null, null, null, null, null, empty);
  }

  private static void set(RowBytes row, int column, byte[] value) {
    int start = row.bytes().size();
    row.bytes().put(value);
    row.set(column, start);
  }

  private static byte[] bytes(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
