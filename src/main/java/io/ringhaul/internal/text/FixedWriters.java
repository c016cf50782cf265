package io.ringhaul.internal.text;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;

/** The plain text of values whose serialized length follows from their type. */
final class FixedWriters {

  private static final int CANONICAL_FLOAT_NAN = 0x7fc00000;
  private static final long CANONICAL_DOUBLE_NAN = 0x7ff8000000000000L;

  private FixedWriters() {}

  private abstract static class Fixed implements TextWriter {

    final ValuePath path;
    private final CqlKind kind;
    private final int width;

    Fixed(ValuePath path, CqlKind kind, int width) {
      this.path = path;
      this.kind = kind;
      this.width = width;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length != width) {
        throw path.lengthError(kind, length);
      }
    }
  }

  static final class BooleanText extends Fixed {

    BooleanText(ValuePath path) {
      super(path, CqlKind.BOOLEAN, 1);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      path.requireCanonical((bytes.get(offset) & ~1) == 0, "a boolean of neither 0 nor 1");
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putAscii(bytes.get(offset) != 0 ? "true" : "false");
    }
  }

  static final class TinyintText extends Fixed {

    TinyintText(ValuePath path) {
      super(path, CqlKind.TINYINT, Byte.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putNumber(bytes.get(offset));
    }
  }

  static final class SmallintText extends Fixed {

    SmallintText(ValuePath path) {
      super(path, CqlKind.SMALLINT, Short.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putNumber(bytes.getShort(offset));
    }
  }

  static final class IntText extends Fixed {

    IntText(ValuePath path) {
      super(path, CqlKind.INT, Integer.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putNumber(bytes.getInt(offset));
    }
  }

  /** A bigint or a counter. */
  static final class LongText extends Fixed {

    LongText(ValuePath path, CqlKind kind) {
      super(path, kind, Long.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putNumber(bytes.getLong(offset));
    }
  }

  /**
   * A float as Java writes it. That is not always the shortest text, but the one that DSBulk takes:
   * it compares what it reads with what Java would write.
   */
  static final class FloatText extends Fixed {

    /** Whether NaN and the infinities are in quotes, as JSON needs it. */
    private final boolean quoted;

    FloatText(ValuePath path, boolean quoted) {
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

  /** A double, as {@link FloatText}. */
  static final class DoubleText extends Fixed {

    private final boolean quoted;

    DoubleText(ValuePath path, boolean quoted) {
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
        "holds a NaN with the bits 0x" + hex + "; text knows only one NaN and would change it");
  }

  private static void putQuoted(String text, TextSink out) {
    out.put('"');
    out.putAscii(text);
    out.put('"');
  }

  static final class DateText extends Fixed {

    DateText(ValuePath path) {
      super(path, CqlKind.DATE, Integer.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      CalendarText.putDate(bytes.getInt(offset) ^ Integer.MIN_VALUE, out);
    }
  }

  static final class TimeText extends Fixed {

    TimeText(ValuePath path) {
      super(path, CqlKind.TIME, Long.BYTES);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      long nanos = bytes.getLong(offset);
      if (nanos < 0 || nanos >= CalendarText.NANOS_PER_DAY) {
        throw path.error("is a time of " + nanos + " ns, which is not within a day");
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      CalendarText.putTime(bytes.getLong(offset), out);
    }
  }

  static final class TimestampText extends Fixed {

    TimestampText(ValuePath path) {
      super(path, CqlKind.TIMESTAMP, Long.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      CalendarText.putInstant(bytes.getLong(offset), out);
    }
  }

  static final class UuidText extends Fixed {

    private static final byte[] HEX = {
      '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private final boolean timeBased;

    UuidText(ValuePath path, CqlKind kind) {
      super(path, kind, 2 * Long.BYTES);
      this.timeBased = kind == CqlKind.TIMEUUID;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      if (timeBased && (bytes.get(offset + 6) & 0xf0) != 0x10) {
        throw path.error("is a timeuuid of another version than 1, which could not be read back");
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
          out.put('-');
        }
        byte b = bytes.get(offset + i);
        out.put((char) HEX[(b >> 4) & 0xf]);
        out.put((char) HEX[b & 0xf]);
      }
    }
  }
}
