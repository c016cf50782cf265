package io.ringhaul.internal.text;

import io.ringhaul.internal.cql.Numerals;
import java.nio.ByteBuffer;

/**
 * A decimal as a JSON number, or as a string if it is beyond the range of a double: of such a
 * number many readers, DSBulk among them, make an infinity.
 */
record JsonDecimal(TextWriter plain) implements TextWriter {

  /** Numbers of no more digits before the point are within a double's range. */
  private static final int SURE_DIGITS = 308;

  private static final double DIGITS_OF_A_BYTE = 2.41;

  @Override
  public void check(ByteBuffer bytes, int offset, int length) {
    plain.check(bytes, offset, length);
  }

  @Override
  public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
    boolean quoted = isBeyondDouble(bytes, offset, length);
    if (quoted) {
      out.put('"');
    }
    plain.write(bytes, offset, length, out);
    if (quoted) {
      out.put('"');
    }
  }

  private static boolean isBeyondDouble(ByteBuffer bytes, int offset, int length) {
    double mostDigits = (length - Integer.BYTES) * DIGITS_OF_A_BYTE - bytes.getInt(offset);
    return mostDigits > SURE_DIGITS
        && Double.isInfinite(Numerals.decimal(bytes, offset, length).doubleValue());
  }
}
