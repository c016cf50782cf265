package io.ringhaul.internal.cql;

import java.nio.ByteBuffer;

/**
 * Parses short plain numerals, such as {@code -12.50}: up to 18 digits, at most one point between
 * them, and an optional minus. Java's own parsers, which give the same results, handle other texts
 * such as exponents.
 */
public final class PlainNumerals {

  /** This many nines are less than 2^63. */
  private static final int MOST_DIGITS = 18;

  private static final int NO_POINT = -1;

  private PlainNumerals() {}

  /**
   * Appends the decimal as scale and unscaled value. Appends nothing and returns false if the text
   * is not a plain numeral.
   */
  public static boolean decimal(ByteBuffer text, ByteSink out) {
    int end = text.limit();
    int first = firstDigit(text);
    int point = NO_POINT;
    long unscaled = 0;
    for (int i = first; i < end; i++) {
      byte c = text.get(i);
      if (c == '.' && point == NO_POINT && i > first && i < end - 1) {
        point = i;
      } else if (isDigit(c)) {
        unscaled = unscaled * 10 + (c - '0');
      } else {
        return false;
      }
    }
    int digits = end - first - (point == NO_POINT ? 0 : 1);
    if (digits < 1 || digits > MOST_DIGITS) {
      return false;
    }
    out.putInt(point == NO_POINT ? 0 : end - 1 - point);
    varint(signed(text, first, unscaled), out);
    return true;
  }

  /**
   * Appends the integer in its shortest encoding. Appends nothing and returns false if the text is
   * not a plain numeral.
   */
  public static boolean varint(ByteBuffer text, ByteSink out) {
    if (!isWhole(text)) {
      return false;
    }
    varint(whole(text), out);
    return true;
  }

  /** Appends the shortest two's complement. */
  public static void varint(long number, ByteSink out) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(number ^ (number >> (Long.SIZE - 1)));
    for (int shift = bits / Byte.SIZE * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      out.putByte((int) (number >> shift));
    }
  }

  /** Returns whether the text is up to 18 digits with an optional minus. */
  public static boolean isWhole(ByteBuffer text) {
    int end = text.limit();
    int first = firstDigit(text);
    if (end - first < 1 || end - first > MOST_DIGITS) {
      return false;
    }
    for (int i = first; i < end; i++) {
      if (!isDigit(text.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Returns the number of a text for which {@link #isWhole} is true. */
  public static long whole(ByteBuffer text) {
    int end = text.limit();
    int first = firstDigit(text);
    long number = 0;
    for (int i = first; i < end; i++) {
      number = number * 10 + (text.get(i) - '0');
    }
    return signed(text, first, number);
  }

  private static int firstDigit(ByteBuffer text) {
    int start = text.position();
    return start < text.limit() && text.get(start) == '-' ? start + 1 : start;
  }

  private static long signed(ByteBuffer text, int firstDigit, long number) {
    return firstDigit == text.position() ? number : -number;
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }
}
