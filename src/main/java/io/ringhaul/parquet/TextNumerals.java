package io.ringhaul.parquet;

import io.ringhaul.cql.ByteSink;
import java.nio.ByteBuffer;

/**
 * Decimals and varints from the text of short plain numerals, such as {@code -12.50}: digits with
 * at most one point among them and a minus before. Others, with exponents for example, are left to
 * Java's own classes, which take these for the same.
 */
final class TextNumerals {

  /** So many nines are less than 2 to the power of 63. */
  private static final int MOST_DIGITS = 18;

  private static final int NO_POINT = -1;

  private TextNumerals() {}

  /** Appends the decimal: scale, then unscaled value. Nothing and false if the text is another. */
  static boolean decimal(ByteBuffer text, ByteSink out) {
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
    return LongForms.varint(signed(text, first, unscaled), out);
  }

  /** Appends the integer. Nothing and false if the text is another. */
  static boolean varint(ByteBuffer text, ByteSink out) {
    int end = text.limit();
    int first = firstDigit(text);
    if (end - first < 1 || end - first > MOST_DIGITS) {
      return false;
    }
    long number = 0;
    for (int i = first; i < end; i++) {
      byte c = text.get(i);
      if (!isDigit(c)) {
        return false;
      }
      number = number * 10 + (c - '0');
    }
    return LongForms.varint(signed(text, first, number), out);
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
