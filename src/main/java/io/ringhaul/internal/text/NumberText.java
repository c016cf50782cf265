package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.PlainNumerals;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.internal.text.TextOptions.BooleanWords;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The parsers and writers of numbers and booleans. */
final class NumberText {

  private static final int CANONICAL_FLOAT_NAN = 0x7fc00000;
  private static final long CANONICAL_DOUBLE_NAN = 0x7ff8000000000000L;

  private NumberText() {}

  abstract static class NumberParser extends ScalarParser {

    NumberParser(ValuePath path, CqlKind kind) {
      super(path, kind);
    }

    @Override
    boolean takes(JsonToken token) {
      return token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
    }

    /** Returns the index after the ASCII digits that start at the index. */
    static int endOfDigits(String text, int index) {
      int i = index;
      while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
        i++;
      }
      return i;
    }

    /** Returns true for digits with an optional sign. */
    static boolean isInteger(String text) {
      int start = signLength(text);
      return start < text.length() && endOfDigits(text, start) == text.length();
    }

    static int signLength(String text) {
      return !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    }

    /** Returns true for digits with an optional sign, fraction and exponent. */
    static boolean isNumber(String text) {
      int start = signLength(text);
      int i = endOfDigits(text, start);
      int digits = i - start;
      if (i < text.length() && text.charAt(i) == '.') {
        int end = endOfDigits(text, i + 1);
        digits += end - i - 1;
        i = end;
      }
      if (digits == 0) {
        return false;
      }
      if (i < text.length() && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
        i++;
        if (i < text.length() && (text.charAt(i) == '-' || text.charAt(i) == '+')) {
          i++;
        }
        int end = endOfDigits(text, i);
        if (end == i) {
          return false;
        }
        i = end;
      }
      return i == text.length();
    }

    /**
     * Returns true if a text accepted by {@link #isNumber} has a digit other than 0 before its
     * exponent.
     */
    static boolean isNotZero(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == 'e' || c == 'E') {
          return false;
        }
        if (c >= '1' && c <= '9') {
          return true;
        }
      }
      return false;
    }
  }

  /** Parses tinyint, smallint, int, bigint and counter. */
  static final class WholeParser extends NumberParser {

    private final int width;
    private final long least;
    private final long greatest;

    WholeParser(ValuePath path, CqlKind kind, int width) {
      super(path, kind);
      this.width = width;
      this.least = Long.MIN_VALUE >> (Long.SIZE - width * Byte.SIZE);
      this.greatest = ~least;
    }

    @Override
    public void parse(String text, ByteSink out) {
      if (!isInteger(text)) {
        throw noValue(text);
      }
      long value;
      try {
        value = Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw rangeError(text);
      }
      if (value < least || value > greatest) {
        throw rangeError(text);
      }
      put(value, out);
    }

    @Override
    public void parse(ByteBuffer text, ByteSink out) {
      if (PlainNumerals.isWhole(text)) {
        long value = PlainNumerals.whole(text);
        if (value >= least && value <= greatest) {
          put(value, out);
          return;
        }
      }
      super.parse(text, out);
    }

    private void put(long value, ByteSink out) {
      switch (width) {
        case Byte.BYTES -> out.putByte((int) value);
        case Short.BYTES -> out.putShort((int) value);
        case Integer.BYTES -> out.putInt((int) value);
        default -> out.putLong(value);
      }
    }

    private RuntimeException rangeError(String text) {
      return path.error(
          String.format(
              "is %s, outside the range %d to %d of a CQL %s",
              excerpt(text), least, greatest, kind.cqlName()));
    }
  }

  static final class VarintParser extends NumberParser {

    VarintParser(ValuePath path) {
      super(path, CqlKind.VARINT);
    }

    @Override
    public void parse(String text, ByteSink out) {
      // Exponents are rejected: a few characters could stand for gigabytes of digits.
      if (!isInteger(text)) {
        throw noValue(text);
      }
      Numerals.requireFewDigits(path, text);
      out.put(Numerals.parseVarint(text).toByteArray());
    }

    @Override
    public void parse(ByteBuffer text, ByteSink out) {
      if (!PlainNumerals.varint(text, out)) {
        super.parse(text, out);
      }
    }
  }

  static final class DecimalParser extends NumberParser {

    DecimalParser(ValuePath path) {
      super(path, CqlKind.DECIMAL);
    }

    @Override
    public void parse(String text, ByteSink out) {
      if (!isNumber(text)) {
        throw noValue(text);
      }
      Numerals.requireFewDigits(path, text);
      BigDecimal value;
      try {
        value = Numerals.parseDecimal(text);
      } catch (NumberFormatException e) {
        throw path.error("is " + excerpt(text) + ", whose exponent a CQL decimal cannot hold");
      }
      byte[] unscaled = value.unscaledValue().toByteArray();
      out.reserve(Integer.BYTES + unscaled.length);
      out.putInt(value.scale());
      out.put(unscaled);
    }

    @Override
    public void parse(ByteBuffer text, ByteSink out) {
      if (!PlainNumerals.decimal(text, out)) {
        super.parse(text, out);
      }
    }
  }

  /** Parses float and double. */
  static final class RealParser extends NumberParser {

    RealParser(ValuePath path, CqlKind kind) {
      super(path, kind);
    }

    @Override
    public void parse(String text, ByteSink out) {
      boolean isFinite = isNumber(text);
      if (!isFinite
          && !text.equals("NaN")
          && !text.equals("Infinity")
          && !text.equals("-Infinity")) {
        throw noValue(text);
      }
      if (kind == CqlKind.FLOAT) {
        // Parsing as double first would round twice.
        float value = Float.parseFloat(text);
        requireKept(text, isFinite, Float.isInfinite(value), value == 0);
        out.putInt(Float.floatToIntBits(value));
      } else {
        double value = Double.parseDouble(text);
        requireKept(text, isFinite, Double.isInfinite(value), value == 0);
        out.putLong(Double.doubleToLongBits(value));
      }
    }

    private void requireKept(String text, boolean isFinite, boolean isInfinite, boolean isZero) {
      if (isFinite && (isInfinite || (isZero && isNotZero(text)))) {
        throw path.error("is " + excerpt(text) + ", outside the range of a CQL " + kind.cqlName());
      }
    }
  }

  /** Accepts two given words, or the words and numbers that DSBulk accepts, in any case. */
  static final class BooleanParser extends ScalarParser {

    private final Optional<BooleanWords> words;

    BooleanParser(ValuePath path, Optional<BooleanWords> words) {
      super(path, CqlKind.BOOLEAN);
      this.words = words;
    }

    @Override
    boolean takes(JsonToken token) {
      return token == JsonToken.VALUE_TRUE
          || token == JsonToken.VALUE_FALSE
          || token == JsonToken.VALUE_NUMBER_INT;
    }

    @Override
    public void parse(String text, ByteSink out) {
      if (words.isPresent()) {
        boolean isYes = text.equalsIgnoreCase(words.get().yes());
        if (!isYes && !text.equalsIgnoreCase(words.get().no())) {
          throw noValue(text);
        }
        out.putByte(isYes ? 1 : 0);
        return;
      }
      out.putByte(
          switch (text.length() <= 5 ? text.toLowerCase(java.util.Locale.ROOT) : text) {
            case "true", "1", "t", "yes", "y" -> 1;
            case "false", "0", "f", "no", "n" -> 0;
            default -> throw noValue(text);
          });
    }
  }

  static final class BooleanWriter extends FixedWriter {

    BooleanWriter(ValuePath path) {
      super(path, CqlKind.BOOLEAN, 1);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      path.requireCanonical((bytes.get(offset) & ~1) == 0, "a boolean byte other than 0 and 1");
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putAscii(bytes.get(offset) != 0 ? "true" : "false");
    }
  }

  static final class TinyintWriter extends FixedWriter {

    TinyintWriter(ValuePath path) {
      super(path, CqlKind.TINYINT, Byte.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putNumber(bytes.get(offset));
    }
  }

  static final class SmallintWriter extends FixedWriter {

    SmallintWriter(ValuePath path) {
      super(path, CqlKind.SMALLINT, Short.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putNumber(bytes.getShort(offset));
    }
  }

  static final class IntWriter extends FixedWriter {

    IntWriter(ValuePath path) {
      super(path, CqlKind.INT, Integer.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putNumber(bytes.getInt(offset));
    }
  }

  /** Writes bigint and counter. */
  static final class LongWriter extends FixedWriter {

    LongWriter(ValuePath path, CqlKind kind) {
      super(path, kind, Long.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putNumber(bytes.getLong(offset));
    }
  }

  /**
   * Writes the text of {@link Float#toString(float)}. That text is not always the shortest, but
   * DSBulk accepts it: DSBulk compares its input with the text that Java writes.
   */
  static final class FloatWriter extends FixedWriter {

    /** True if NaN and the infinities are quoted, as JSON requires. */
    private final boolean quoted;

    FloatWriter(ValuePath path, boolean quoted) {
      super(path, CqlKind.FLOAT, Float.BYTES);
      this.quoted = quoted;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      int bits = bytes.getInt(offset);
      if (Float.isNaN(Float.intBitsToFloat(bits)) && bits != CANONICAL_FLOAT_NAN) {
        throw nanError(path, Integer.toHexString(bits));
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      float value = bytes.getFloat(offset);
      if (quoted && !Float.isFinite(value)) {
        putQuoted(Float.toString(value), out);
      } else {
        out.putAscii(Float.toString(value));
      }
    }
  }

  /** Writes the text of {@link Double#toString(double)}, as {@link FloatWriter} does for floats. */
  static final class DoubleWriter extends FixedWriter {

    private final boolean quoted;

    DoubleWriter(ValuePath path, boolean quoted) {
      super(path, CqlKind.DOUBLE, Double.BYTES);
      this.quoted = quoted;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      long bits = bytes.getLong(offset);
      if (Double.isNaN(Double.longBitsToDouble(bits)) && bits != CANONICAL_DOUBLE_NAN) {
        throw nanError(path, Long.toHexString(bits));
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      double value = bytes.getDouble(offset);
      if (quoted && !Double.isFinite(value)) {
        putQuoted(Double.toString(value), out);
      } else {
        out.putAscii(Double.toString(value));
      }
    }
  }

  private static RuntimeException nanError(ValuePath path, String hex) {
    return path.error(
        "holds a NaN with the bits 0x"
            + hex
            + "; text has only one NaN, so the bits would be lost");
  }

  private static void putQuoted(String text, TextSink out) {
    out.put('"');
    out.putAscii(text);
    out.put('"');
  }

  record VarintWriter(ValuePath path) implements TextWriter {

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw path.lengthError(CqlKind.VARINT, length);
      }
      Numerals.requireFewDigits(path, length);
      path.requireCanonical(
          Numerals.isShortest(bytes, offset, length), "a varint with more bytes than it needs");
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      if (length <= Long.BYTES) {
        out.putNumber(asLong(bytes, offset, length));
      } else {
        out.putAscii(Numerals.varint(bytes, offset, length));
      }
    }
  }

  /** Writes the text of {@link java.math.BigDecimal#toString}. */
  record DecimalWriter(ValuePath path) implements TextWriter {

    /** Decimals with scales from 0 to this one never have an exponent. */
    private static final int GREATEST_PLAIN_SCALE = 6;

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length <= Integer.BYTES) {
        throw path.lengthError(CqlKind.DECIMAL, length);
      }
      Numerals.requireFewDigits(path, length - Integer.BYTES);
      path.requireCanonical(
          Numerals.isShortest(bytes, offset + Integer.BYTES, length - Integer.BYTES),
          "a decimal with more bytes than it needs");
      if (!Numerals.isReadable(bytes, offset, length)) {
        throw path.error(
            "is a decimal of scale "
                + bytes.getInt(offset)
                + ", whose exponent is too large to be read back from text");
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      int scale = bytes.getInt(offset);
      if (scale < 0 || scale > GREATEST_PLAIN_SCALE || length > Integer.BYTES + Long.BYTES) {
        out.putAscii(Numerals.decimal(bytes, offset, length).toString());
        return;
      }
      long unscaled = asLong(bytes, offset + Integer.BYTES, length - Integer.BYTES);
      if (scale == 0 || unscaled == Long.MIN_VALUE) {
        out.putAscii(Numerals.decimal(bytes, offset, length).toString());
        return;
      }
      if (unscaled < 0) {
        out.put('-');
      }
      long absolute = Math.abs(unscaled);
      long power = 1;
      for (int i = 0; i < scale; i++) {
        power *= 10;
      }
      long whole = absolute / power;
      out.putPadded(whole, TextSink.digits(whole));
      out.put('.');
      out.putPadded(absolute % power, scale);
    }
  }

  private static long asLong(ByteBuffer bytes, int offset, int length) {
    long value = bytes.get(offset);
    for (int i = 1; i < length; i++) {
      value = (value << 8) | (bytes.get(offset + i) & 0xff);
    }
    return value;
  }

  /**
   * Writes a decimal as a JSON number, or as a string if it exceeds the range of a double: many
   * readers, including DSBulk, turn such a number into an infinity.
   */
  record JsonDecimalWriter(TextWriter plain) implements TextWriter {

    /** Numbers with at most this many digits before the point fit into a double. */
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
}
