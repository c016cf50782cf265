package io.ringhaul.it;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds keys for a token. MurmurHash3 x64 128 of 16 bytes is a bijection, so this class inverts the
 * hash whose first half is the token.
 */
final class Murmur3Keys {

  private static final long C1 = 0x87c37b91114253d5L;
  private static final long C2 = 0x4cf5ad432745937fL;
  private static final long ADD1 = 0x52dce729L;
  private static final long ADD2 = 0x38495ab5L;
  private static final long MIX1 = 0xff51afd7ed558ccdL;
  private static final long MIX2 = 0xc4ceb9fe1a85ec53L;
  private static final int LENGTH = 16;

  private Murmur3Keys() {}

  /**
   * Returns a blob of 16 bytes with the given token.
   *
   * @param token any token except the lowest, which no key has
   * @param salt distinguishes keys with the same token
   */
  static ByteBuffer withToken(long token, long salt) {
    // The hash is (token, salt); each step below inverts one step of the hash, starting with the
    // last.
    long mixed2 = salt - token;
    long mixed1 = token - mixed2;
    long sum1 = unmix(mixed1);
    long sum2 = unmix(mixed2);
    long h2 = sum2 - sum1;
    long h1 = sum1 - h2;
    h1 ^= LENGTH;
    h2 ^= LENGTH;
    long k2 = Long.rotateRight((h2 - ADD2) * inverse(5) - h1, 31);
    long k1 = Long.rotateRight((h1 - ADD1) * inverse(5), 27);
    k1 = Long.rotateRight(k1 * inverse(C2), 31) * inverse(C1);
    k2 = Long.rotateRight(k2 * inverse(C1), 33) * inverse(C2);
    return ByteBuffer.allocate(LENGTH)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(k1)
        .putLong(k2)
        .flip()
        .order(ByteOrder.BIG_ENDIAN);
  }

  private static long unmix(long mixed) {
    long value = mixed ^ (mixed >>> 33);
    value *= inverse(MIX2);
    value ^= value >>> 33;
    value *= inverse(MIX1);
    return value ^ (value >>> 33);
  }

  /** Returns the inverse of an odd number modulo 2^64 by Newton's method. */
  private static long inverse(long odd) {
    long inverse = odd;
    for (int i = 0; i < 6; i++) {
      inverse *= 2 - odd * inverse;
    }
    return inverse;
  }
}
