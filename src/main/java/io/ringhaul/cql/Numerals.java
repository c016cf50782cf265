package io.ringhaul.cql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Decimals and varints as text that keeps unscaled value and scale: what {@link
 * BigDecimal#toString} writes, {@link BigDecimal#BigDecimal(String)} reads back.
 */
public final class Numerals {

  /** Below this scale an exponent may pass the 32 bits that a reader takes. */
  private static final int LEAST_SURE_SCALE = -1_000_000_000;

  private static final int MOST_DIGITS_OF_A_LONG = 18;

  /** 10 to the power of the index. */
  private static final BigInteger[] POWERS =
      IntStream.rangeClosed(0, 38).mapToObj(BigInteger.TEN::pow).toArray(BigInteger[]::new);

  private static final long[] LONG_POWERS =
      Arrays.stream(POWERS, 0, MOST_DIGITS_OF_A_LONG + 1)
          .mapToLong(BigInteger::longValueExact)
          .toArray();

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

  /**
   * Whether the varint in the range has no more decimal digits than given, 1 to 38.
   *
   * @throws ArrayIndexOutOfBoundsException if {@code digits} is out of bounds
   */
  public static boolean fits(ByteBuffer bytes, int offset, int length, int digits) {
    if (length <= Long.BYTES) {
      if (digits > MOST_DIGITS_OF_A_LONG) {
        return true;
      }
      long limit = LONG_POWERS[digits];
      long value = asLong(bytes, offset, length);
      return value < limit && value > -limit;
    }
    return asBigInteger(bytes, offset, length).abs().compareTo(POWERS[digits]) < 0;
  }

  /** The varint in the range, which is of 1 to 8 bytes. */
  public static long asLong(ByteBuffer bytes, int offset, int length) {
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
