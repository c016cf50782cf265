package io.ringhaul.internal.cql;

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

  /** As text a number may have so many digits: a text of 1 MB takes seconds to be read. */
  public static final int MOST_DIGITS = 100_000;

  /** No number of so many bytes has more digits. */
  private static final int MOST_BYTES = 41_524;

  /** Java takes time in the square of the digits; below this that is not to be noticed. */
  private static final int QUICK_DIGITS = 1_000;

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

  /**
   * Refuses a number that would have too many digits as text.
   *
   * @param length the bytes of the varint, or of the decimal's unscaled value
   */
  public static void requireFewDigits(ValuePath path, int length) {
    if (length > MOST_BYTES) {
      throw path.error(
          String.format(
              "is a number of %d bytes; as text a number may have %d digits, or %d bytes",
              length, MOST_DIGITS, MOST_BYTES));
    }
  }

  /** Refuses a number of too many digits, those of an exponent not counted. */
  public static void requireFewDigits(ValuePath path, String text) {
    if (text.length() <= MOST_DIGITS) {
      return;
    }
    int digits = 0;
    for (int i = 0; i < text.length() && text.charAt(i) != 'e' && text.charAt(i) != 'E'; i++) {
      digits += Character.isDigit(text.charAt(i)) ? 1 : 0;
    }
    if (digits > MOST_DIGITS) {
      throw path.error(
          String.format("has %d digits; as text a number may have %d", digits, MOST_DIGITS));
    }
  }

  /**
   * As {@link BigInteger#BigInteger(String)}, in less time for many digits.
   *
   * @throws NumberFormatException if the text is no integer
   */
  public static BigInteger parseVarint(String text) {
    if (text.length() <= QUICK_DIGITS) {
      return new BigInteger(text);
    }
    boolean hasSign = text.charAt(0) == '-' || text.charAt(0) == '+';
    BigInteger absolute = parse(text, hasSign ? 1 : 0, text.length());
    return text.charAt(0) == '-' ? absolute.negate() : absolute;
  }

  /**
   * As {@link BigDecimal#BigDecimal(String)}, in less time for many digits.
   *
   * @throws NumberFormatException if the text is no number
   */
  public static BigDecimal parseDecimal(String text) {
    if (text.length() <= QUICK_DIGITS) {
      return new BigDecimal(text);
    }
    int exponent = Math.max(text.indexOf('e'), text.indexOf('E'));
    int end = exponent < 0 ? text.length() : exponent;
    int point = text.substring(0, end).indexOf('.');
    String digits =
        point < 0
            ? text.substring(0, end)
            : text.substring(0, point) + text.substring(point + 1, end);
    // Java knows how large an exponent may be.
    long scale = exponent < 0 ? 0 : new BigDecimal("0" + text.substring(exponent)).scale();
    scale += point < 0 ? 0 : end - point - 1;
    if (scale != (int) scale) {
      throw new NumberFormatException("The scale " + scale + " is out of range");
    }
    return new BigDecimal(parseVarint(digits), (int) scale);
  }

  /** Halves are put together by multiplying, for which Java has quicker ways. */
  private static BigInteger parse(String text, int from, int to) {
    if (to - from <= QUICK_DIGITS) {
      for (int i = from; i < to; i++) {
        if (!Character.isDigit(text.charAt(i))) {
          throw new NumberFormatException("'" + text.charAt(i) + "' is no digit");
        }
      }
      return new BigInteger(text.substring(from, to));
    }
    int low = (to - from) / 2;
    return parse(text, from, to - low)
        .multiply(BigInteger.TEN.pow(low))
        .add(parse(text, to - low, to));
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
