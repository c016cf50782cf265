package io.ringhaul.cql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * Decimals and varints as text that keeps unscaled value and scale: what {@link
 * BigDecimal#toString} writes, {@link BigDecimal#BigDecimal(String)} reads back.
 */
public final class Numerals {

  /** Below this scale an exponent may pass the 32 bits that a reader takes. */
  private static final int LEAST_SURE_SCALE = -1_000_000_000;

  private Numerals() {}

  /** The decimal in the range: a scale of four bytes, then the unscaled value. */
  public static BigDecimal decimal(ByteBuffer bytes, int offset, int length) {
    int scale = bytes.getInt(offset);
    int start = offset + Integer.BYTES;
    int unscaled = length - Integer.BYTES;
    return unscaled <= Long.BYTES
        ? BigDecimal.valueOf(asLong(bytes, start, unscaled), scale)
        : new BigDecimal(asBigInteger(bytes, start, unscaled), scale);
  }

  /** The text of the varint in the range: two's complement, most significant byte first. */
  public static String varint(ByteBuffer bytes, int offset, int length) {
    return length <= Long.BYTES
        ? Long.toString(asLong(bytes, offset, length))
        : asBigInteger(bytes, offset, length).toString();
  }

  /** Whether the varint in the range has no more bytes than it needs. */
  public static boolean isShortest(ByteBuffer bytes, int offset, int length) {
    if (length < 2) {
      return true;
    }
    byte first = bytes.get(offset);
    boolean nextIsNegative = bytes.get(offset + 1) < 0;
    return first == 0 ? nextIsNegative : first != -1 || !nextIsNegative;
  }

  /** Whether the text of the decimal in the range can be read back. */
  public static boolean isReadable(ByteBuffer bytes, int offset, int length) {
    if (bytes.getInt(offset) >= LEAST_SURE_SCALE) {
      return true;
    }
    BigDecimal value = decimal(bytes, offset, length);
    try {
      return new BigDecimal(value.toString()).equals(value);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static long asLong(ByteBuffer bytes, int offset, int length) {
    long value = bytes.get(offset);
    for (int i = 1; i < length; i++) {
      value = (value << 8) | (bytes.get(offset + i) & 0xff);
    }
    return value;
  }

  private static BigInteger asBigInteger(ByteBuffer bytes, int offset, int length) {
    byte[] copy = new byte[length];
    bytes.get(offset, copy);
    return new BigInteger(copy);
  }
}
