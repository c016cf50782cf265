package io.ringhaul.internal.text;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.InetText;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;

/** The plain text of scalars whose serialized length varies, but for durations. */
final class VariableWriters {

  private VariableWriters() {}

  /** Text as it is. */
  static class Text implements TextWriter {

    private final ValuePath path;

    Text(ValuePath path) {
      this.path = path;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (!Utf8.isWellFormed(bytes, offset, length)) {
        throw path.error("holds text that is not well-formed UTF-8");
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.put(bytes, offset, length);
    }
  }

  static final class Ascii extends Text {

    private final ValuePath path;

    Ascii(ValuePath path) {
      super(path);
      this.path = path;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        if (bytes.get(i) < 0) {
          throw path.error("holds a byte that is not ASCII");
        }
      }
    }
  }

  /** Bytes in Base64, or in hexadecimal where Base64 could be taken for it. */
  record Blob() implements TextWriter {

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      // Any bytes are a blob.
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      BinaryText.putBlob(bytes, offset, length, out);
    }
  }

  record Inet(ValuePath path) implements TextWriter {

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length != InetText.IPV4 && length != InetText.IPV6) {
        throw path.lengthError(CqlKind.INET, length);
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putAscii(InetText.format(bytes, offset, length));
    }
  }

  record Varint(ValuePath path) implements TextWriter {

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

  /** A decimal as {@link java.math.BigDecimal#toString} writes it. */
  record Decimal(ValuePath path) implements TextWriter {

    /** The scales whose decimals are surely written without an exponent. */
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
}
