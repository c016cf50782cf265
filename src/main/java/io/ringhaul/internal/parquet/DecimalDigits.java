package io.ringhaul.internal.parquet;

import org.apache.parquet.io.api.Binary;

/**
 * The texts of the numbers that most tables hold, as {@link java.math.BigDecimal#toString} writes
 * them, without an object for each but the one that Parquet takes.
 */
final class DecimalDigits {

  /** Up to this scale no exponent is written, however few digits there are. */
  private static final int GREATEST_SCALE = 6;

  /** A sign, the 19 digits of a long, and a point. */
  private static final int MOST_BYTES = 21;

  private final byte[] text = new byte[MOST_BYTES];

  /** Whether numbers of that scale can be formatted here. */
  static boolean takes(int scale) {
    return scale >= 0 && scale <= GREATEST_SCALE;
  }

  /**
   * Formats a number.
   *
   * @param scale one that {@link #takes} is true of
   * @return the text, which is good until the next one is formatted
   */
  Binary format(long unscaled, int scale) {
    int start = text.length;
    // Negative, because the least long has no positive counterpart.
    long rest = unscaled < 0 ? unscaled : -unscaled;
    for (int digits = 0; rest != 0 || digits <= scale; digits++) {
      if (digits == scale && scale > 0) {
        text[--start] = '.';
      }
      text[--start] = (byte) ('0' - rest % 10);
      rest /= 10;
    }
    if (unscaled < 0) {
      text[--start] = '-';
    }
    return Binary.fromReusedByteArray(text, start, text.length - start);
  }
}
