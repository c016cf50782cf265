package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.ValuePath;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Decimals and varints. */
final class NumeralEncoders {

  static final ValueEncoder DECIMAL = (value, out) -> put((BigDecimal) value, out);

  static final ValueEncoder INTEGER_AS_DECIMAL =
      (value, out) -> put(BigDecimal.valueOf(((Number) value).longValue()), out);

  static final ValueEncoder INTEGER_AS_VARINT =
      (value, out) -> out.put(BigInteger.valueOf(((Number) value).longValue()).toByteArray());

  private NumeralEncoders() {}

  private static void put(BigDecimal value, ByteSink out) {
    byte[] unscaled = value.unscaledValue().toByteArray();
    out.reserve(Integer.BYTES + unscaled.length);
    out.putInt(value.scale());
    out.put(unscaled);
  }

  record DecimalText(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = TextEncoders.text(path, value);
      Numerals.requireFewDigits(path, text);
      try {
        put(Numerals.parseDecimal(text), out);
      } catch (NumberFormatException e) {
        throw path.error("holds \"" + text + "\", which is no decimal number");
      }
    }
  }

  record VarintText(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = TextEncoders.text(path, value);
      Numerals.requireFewDigits(path, text);
      try {
        out.put(Numerals.parseVarint(text).toByteArray());
      } catch (NumberFormatException e) {
        throw path.error("holds \"" + text + "\", which is no integer");
      }
    }
  }

  record DecimalAsVarint(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      BigDecimal number = (BigDecimal) value;
      try {
        out.put(number.toBigIntegerExact().toByteArray());
      } catch (ArithmeticException e) {
        throw path.error("is " + number + "; a varint has no fraction");
      }
    }
  }
}
