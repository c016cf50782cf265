package io.ringhaul.internal.cql;

import java.nio.ByteBuffer;

/**
 * Numbers from the text of short plain numerals, such as {@code -12.50}: up to 18 digits with at
 * most one point among them and a minus before. Others, with exponents for example, are left to
 * Java's own classes, which take these for the same.
 */
public final class PlainNumerals {

  /** So many nines are less than 2 to the power of 63. */
  private static final int MOST_DIGITS = 18;

  private static final int NO_POINT = -1;

  private PlainNumerals() {}

  /** Appends the decimal: scale, then unscaled value. Nothing and false if the text is another. */
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
   * Appends the integer in no more bytes than it needs. Nothing and false if the text is another.
   */
  public static boolean varint(ByteBuffer text, ByteSink out) {
    if (!isWhole(text)) {
      return false;
    }
    varint(whole(text), out);
    return true;
  }

  /** Appends two's complement in no more bytes than it needs. */
  public static void varint(long number, ByteSink out) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(number ^ (number >> (Long.SIZE - 1)));
    for (int shift = bits / Byte.SIZE * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      out.putByte((int) (number >> shift));
    }
  }

  /** Whether the text is up to 18 digits, perhaps with a minus before. */
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

  /** The number of a text for which {@link #isWhole} holds. */
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
