package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.PlainNumerals;
import io.ringhaul.internal.cql.ValuePath;
import java.math.BigDecimal;
import java.nio.ByteBuffer;

/** Numbers and booleans. */
final class NumberParsers {

  private NumberParsers() {}

  private abstract static class NumberParser extends ScalarParser {

    NumberParser(ValuePath path, CqlKind kind) {
      super(path, kind);
    }

    @Override
    boolean takes(JsonToken token) {
      return token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
    }

    /** The index after the ASCII digits that start at the index. */
    static int endOfDigits(String text, int index) {
      int i = index;
      while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
        i++;
      }
      return i;
    }

    /** Whether the text is digits, perhaps after a sign. */
    static boolean isInteger(String text) {
      int start = signLength(text);
      return start < text.length() && endOfDigits(text, start) == text.length();
    }

    static int signLength(String text) {
      return !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    }

    /** Whether the text is digits with or without a sign, a fraction and an exponent. */
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

    /** Whether a number, as {@link #isNumber} knows it, has a digit other than 0. */
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

  /** The integers of one to eight bytes. */
  static final class Whole extends NumberParser {

    private final int width;
    private final long least;
    private final long greatest;

    Whole(ValuePath path, CqlKind kind, int width) {
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
              "is %s, out of the range %d to %d of a CQL %s",
              excerpt(text), least, greatest, kind.cqlName()));
    }
  }

  static final class Varint extends NumberParser {

    Varint(ValuePath path) {
      super(path, CqlKind.VARINT);
    }

    @Override
    public void parse(String text, ByteSink out) {
      // No exponents: a few characters of them would be gigabytes of digits.
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

  static final class Decimal extends NumberParser {

    Decimal(ValuePath path) {
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

  /** Floats and doubles. */
  static final class Real extends NumberParser {

    Real(ValuePath path, CqlKind kind) {
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
        // Not by way of a double, which would round twice.
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
        throw path.error("is " + excerpt(text) + ", beyond the range of a CQL " + kind.cqlName());
      }
    }
  }

  /** The words and numbers that DSBulk takes for booleans, in any case of letters. */
  static final class Bool extends ScalarParser {

    Bool(ValuePath path) {
      super(path, CqlKind.BOOLEAN);
    }

    @Override
    boolean takes(JsonToken token) {
      return token == JsonToken.VALUE_TRUE
          || token == JsonToken.VALUE_FALSE
          || token == JsonToken.VALUE_NUMBER_INT;
    }

    @Override
    public void parse(String text, ByteSink out) {
      out.putByte(
          switch (text.length() <= 5 ? text.toLowerCase(java.util.Locale.ROOT) : text) {
            case "true", "1", "t", "yes", "y" -> 1;
            case "false", "0", "f", "no", "n" -> 0;
            default -> throw noValue(text);
          });
    }
  }
}
