package io.ringhaul.internal.cql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Converts decimals and varints to text and back without changing the unscaled value or scale, as
 * {@link BigDecimal#toString} and {@link BigDecimal#BigDecimal(String)} do.
 */
public final class Numerals {

  /** Maximum number of digits of a number as text; parsing a text of 1 MB takes seconds. */
  public static final int MOST_DIGITS = 100_000;

  /** A number of this many bytes has at most {@link #MOST_DIGITS} digits. */
  private static final int MOST_BYTES = 41_524;

  /** Java's parsers take quadratic time; up to this number of digits it is negligible. */
  private static final int QUICK_DIGITS = 1_000;

  /** Below this scale, the exponent may exceed the 32 bits that parsers accept. */
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

  /** Returns the decimal in the range: a scale of four bytes, then the unscaled value. */
  public static BigDecimal decimal(ByteBuffer bytes, int offset, int length) {
    int scale = bytes.getInt(offset);
    int start = offset + Integer.BYTES;
    int unscaled = length - Integer.BYTES;
    return unscaled <= Long.BYTES
        ? BigDecimal.valueOf(asLong(bytes, start, unscaled), scale)
        : new BigDecimal(integer(bytes, start, unscaled), scale);
  }

  /** Returns the text of the varint in the range: two's complement, most significant byte first. */
  public static String varint(ByteBuffer bytes, int offset, int length) {
    return length <= Long.BYTES
        ? Long.toString(asLong(bytes, offset, length))
        : integer(bytes, offset, length).toString();
  }

  /**
   * Throws if a number has too many digits as text.
   *
   * @param length number of bytes of the varint, or of the decimal's unscaled value
   */
  public static void requireFewDigits(ValuePath path, int length) {
    if (length > MOST_BYTES) {
      throw path.error(
          String.format(
              "is a number of %d bytes; as text, a number may have at most %d digits, or %d bytes",
              length, MOST_DIGITS, MOST_BYTES));
    }
  }

  /** Throws if a number has too many digits, not counting the exponent. */
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
          String.format(
              "has %d digits; as text, a number may have at most %d", digits, MOST_DIGITS));
    }
  }

  /**
   * Same as {@link BigInteger#BigInteger(String)}, but faster for many digits.
   *
   * @throws NumberFormatException if the text is not an integer
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
   * Same as {@link BigDecimal#BigDecimal(String)}, but faster for many digits.
   *
   * @throws NumberFormatException if the text is not a number
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
    // BigDecimal checks the size of the exponent.
    long scale = exponent < 0 ? 0 : new BigDecimal("0" + text.substring(exponent)).scale();
    scale += point < 0 ? 0 : end - point - 1;
    if (scale != (int) scale) {
      throw new NumberFormatException("The scale " + scale + " is out of range");
    }
    return new BigDecimal(parseVarint(digits), (int) scale);
  }

  /** Multiplies the halves, for which Java has fast algorithms. */
  private static BigInteger parse(String text, int from, int to) {
    if (to - from <= QUICK_DIGITS) {
      for (int i = from; i < to; i++) {
        if (!Character.isDigit(text.charAt(i))) {
          throw new NumberFormatException("'" + text.charAt(i) + "' is not a digit");
        }
      }
      return new BigInteger(text.substring(from, to));
    }
    int low = (to - from) / 2;
    return parse(text, from, to - low)
        .multiply(BigInteger.TEN.pow(low))
        .add(parse(text, to - low, to));
  }

  /** Returns whether the varint in the range has the shortest encoding. */
  public static boolean isShortest(ByteBuffer bytes, int offset, int length) {
    if (length < 2) {
      return true;
    }
    byte first = bytes.get(offset);
    boolean nextIsNegative = bytes.get(offset + 1) < 0;
    return first == 0 ? nextIsNegative : first != -1 || !nextIsNegative;
  }

  /** Returns whether the text of the decimal in the range can be parsed back. */
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
   * Returns whether the varint in the range has at most the given number of decimal digits, 1 to
   * 38.
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
    return integer(bytes, offset, length).abs().compareTo(POWERS[digits]) < 0;
  }

  /**
   * Same as {@link #fits} for any number of digits. Zero has no digits, so that it fits even if the
   * number is negative.
   */
  public static boolean hasAtMost(ByteBuffer bytes, int offset, int length, long digits) {
    if (digits < 1) {
      return isZero(bytes, offset, length);
    }
    // A number of n bytes has fewer than 3 n digits.
    return digits < POWERS.length
        ? fits(bytes, offset, length, (int) digits)
        : digits >= 3L * length
            || integer(bytes, offset, length).abs().compareTo(BigInteger.TEN.pow((int) digits)) < 0;
  }

  /** Returns whether the varint in the range is zero. */
  public static boolean isZero(ByteBuffer bytes, int offset, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes.get(offset + i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the varint in the range of 1 to 8 bytes. */
  public static long asLong(ByteBuffer bytes, int offset, int length) {
    long value = bytes.get(offset);
    for (int i = 1; i < length; i++) {
      value = (value << 8) | (bytes.get(offset + i) & 0xff);
    }
    return value;
  }

  /** Returns the varint in the range. */
  public static BigInteger integer(ByteBuffer bytes, int offset, int length) {
    byte[] copy = new byte[length];
    bytes.get(offset, copy);
    return new BigInteger(copy);
  }
}
