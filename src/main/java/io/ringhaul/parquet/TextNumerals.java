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

  /**
   * Puts the decimal, scale and unscaled value, in the place of its text.
   *
   * @param out holds the text, from the start to its end
   * @return false if the text is another
   */
  static boolean decimal(ByteSink out, int start) {
    ByteBuffer text = out.look();
    int end = out.size();
    int first = firstDigit(text, start, end);
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
    out.truncate(start);
    out.putInt(point == NO_POINT ? 0 : end - 1 - point);
    return LongForms.varint(first == start ? unscaled : -unscaled, out);
  }

  /** Puts the integer in the place of its text, as {@link #decimal} does. */
  static boolean varint(ByteSink out, int start) {
    ByteBuffer text = out.look();
    int end = out.size();
    int first = firstDigit(text, start, end);
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
    out.truncate(start);
    return LongForms.varint(first == start ? number : -number, out);
  }

  private static int firstDigit(ByteBuffer text, int start, int end) {
    return start < end && text.get(start) == '-' ? start + 1 : start;
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }
}
