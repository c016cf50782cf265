package io.ringhaul.internal.ring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The tokens of Murmur3Partitioner: the first half of the 128-bit MurmurHash3 of a partition key,
 * as Cassandra and ScyllaDB compute it. They extend the sign of each byte in the last, incomplete
 * block, which the original algorithm does not.
 */
public final class Murmur3 {

  private static final long C1 = 0x87c37b91114253d5L;
  private static final long C2 = 0x4cf5ad432745937fL;
  private static final int BLOCK = 2 * Long.BYTES;

  private Murmur3() {}

  /**
   * Returns the token of a partition key of several columns or one.
   *
   * @param columns the serialized values, in key order; their positions do not change
   */
  public static long token(ByteBuffer... columns) {
    return token(columns.length == 1 ? columns[0] : composite(columns));
  }

  /**
   * Returns the token of a routing key.
   *
   * @param routingKey the serialized value of the only key column, or the values of several in the
   *     server's composite form; its position does not change
   */
  public static long token(ByteBuffer routingKey) {
    if (!routingKey.hasRemaining()) {
      return Long.MIN_VALUE;
    }
    long hash = hash(routingKey.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    // No row has the smallest token.
    return hash == Long.MIN_VALUE ? Long.MAX_VALUE : hash;
  }

  /** Each value with its length in two bytes before it and a zero byte behind it. */
  private static ByteBuffer composite(ByteBuffer[] columns) {
    int size = 0;
    for (ByteBuffer column : columns) {
      size += Short.BYTES + column.remaining() + 1;
    }
    ByteBuffer key = ByteBuffer.allocate(size);
    for (ByteBuffer column : columns) {
      key.putShort((short) column.remaining()).put(column.duplicate()).put((byte) 0);
    }
    return key.flip();
  }

  private static long hash(ByteBuffer key) {
    int length = key.remaining();
    long h1 = 0;
    long h2 = 0;
    while (key.remaining() >= BLOCK) {
      h1 = Long.rotateLeft(h1 ^ first(key.getLong()), 27) + h2;
      h1 = h1 * 5 + 0x52dce729;
      h2 = Long.rotateLeft(h2 ^ second(key.getLong()), 31) + h1;
      h2 = h2 * 5 + 0x38495ab5;
    }
    int start = key.position();
    h2 ^= second(last(key, start + Long.BYTES));
    h1 ^= first(last(key, start));
    h1 ^= length;
    h2 ^= length;
    h1 += h2;
    h2 += h1;
    return mix(h1) + mix(h2);
  }

  /** Up to eight bytes of the last block, each with its sign extended. */
  private static long last(ByteBuffer key, int from) {
    long value = 0;
    for (int i = from; i < Math.min(from + Long.BYTES, key.limit()); i++) {
      value ^= (long) key.get(i) << (Byte.SIZE * (i - from));
    }
    return value;
  }

  private static long first(long block) {
    return Long.rotateLeft(block * C1, 31) * C2;
  }

  private static long second(long block) {
    return Long.rotateLeft(block * C2, 33) * C1;
  }

  private static long mix(long value) {
    long mixed = value;
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
