package io.ringhaul.internal.parquet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.InetText;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.TimeText;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.internal.cql.ValuePath;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.iceberg.DoubleFieldMetrics;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.FloatFieldMetrics;
import org.apache.iceberg.parquet.ParquetValueWriters;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.DecimalType;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/**
 * Writes values that take one Parquet column. The nested classes are the writers of each CQL type.
 */
abstract class LeafCell extends ParquetValueWriters.PrimitiveWriter<ByteBuffer>
    implements CellWriter {

  private final ValuePath path;

  LeafCell(ValuePath path, ColumnDescriptor descriptor) {
    super(descriptor);
    this.path = path;
  }

  final ValuePath path() {
    return path;
  }

  @Override
  public final void write(int repetitionLevel, ByteBuffer value) {
    write(repetitionLevel, value, value.position(), value.remaining());
  }

  @Override
  public final void checkNull() {
    throw path.nullError();
  }

  @Override
  public final void writeNull(int repetitionLevel) {
    throw new IllegalStateException(path.path() + " was written as null without a check");
  }

  /**
   * Wraps the range as a reused {@code Binary}: the buffer belongs to the row, so Parquet must copy
   * the bytes that it keeps.
   */
  static Binary binary(ByteBuffer bytes, int offset, int length) {
    return bytes.hasArray()
        ? Binary.fromReusedByteArray(bytes.array(), bytes.arrayOffset() + offset, length)
        : Binary.fromReusedByteBuffer(bytes, offset, length);
  }

  /** A value of a type with a fixed serialized length. */
  private abstract static class FixedCell extends LeafCell {

    private final CqlKind kind;
    private final int width;

    FixedCell(ValuePath path, ColumnDescriptor descriptor, CqlKind kind, int width) {
      super(path, descriptor);
      this.kind = kind;
      this.width = width;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length != width) {
        throw path().lengthError(kind, length);
      }
    }
  }

  static final class BooleanCell extends FixedCell {

    BooleanCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.BOOLEAN, 1);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      path().requireCanonical((bytes.get(offset) & ~1) == 0, "a boolean of neither 0 nor 1");
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBoolean(repetitionLevel, bytes.get(offset) != 0);
    }
  }

  static final class TinyintCell extends FixedCell {

    TinyintCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.TINYINT, Byte.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeInteger(repetitionLevel, bytes.get(offset));
    }
  }

  static final class SmallintCell extends FixedCell {

    SmallintCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.SMALLINT, Short.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeInteger(repetitionLevel, bytes.getShort(offset));
    }
  }

  static final class IntCell extends FixedCell {

    IntCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.INT, Integer.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeInteger(repetitionLevel, bytes.getInt(offset));
    }
  }

  /** A bigint or a counter. */
  static final class LongCell extends FixedCell {

    LongCell(ValuePath path, ColumnDescriptor descriptor, CqlKind kind) {
      super(path, descriptor, kind, Long.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeLong(repetitionLevel, bytes.getLong(offset));
    }
  }

  /**
   * A time, in nanoseconds since midnight. Cassandra stores any number; CQL allows only those of
   * one day.
   */
  static class TimeCell extends FixedCell {

    private static final long LAST = LocalTime.MAX.toNanoOfDay();

    TimeCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.TIME, Long.BYTES);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      long nanos = bytes.getLong(offset);
      if (nanos < 0 || nanos > LAST) {
        throw path()
            .error("is a time of " + nanos + " ns since midnight, out of the range 0 to " + LAST);
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeLong(repetitionLevel, bytes.getLong(offset));
    }
  }

  /** A time as microseconds since midnight. */
  static final class MicrosOfDayCell extends TimeCell {

    private static final long NANOS_PER_MICRO = 1_000;

    MicrosOfDayCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      long nanos = bytes.getLong(offset);
      if (nanos % NANOS_PER_MICRO != 0) {
        throw path()
            .error(
                "is the time "
                    + LocalTime.ofNanoOfDay(nanos)
                    + "; a column of the type time holds whole microseconds only, and "
                    + Setting.TYPES.callWith(TypeMapping.EXACT)
                    + " preserves nanoseconds");
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeLong(repetitionLevel, bytes.getLong(offset) / NANOS_PER_MICRO);
    }
  }

  /** A time as text. */
  static final class TimeTextCell extends TimeCell {

    TimeTextCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, AsTextCell.ascii(TimeText.format(bytes.getLong(offset))));
    }
  }

  /** A date. CQL stores the days since the epoch plus 2^31, Iceberg the days since the epoch. */
  static final class DateCell extends FixedCell {

    DateCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.DATE, Integer.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeInteger(repetitionLevel, bytes.getInt(offset) ^ Integer.MIN_VALUE);
    }
  }

  /** A timestamp: milliseconds in CQL, microseconds in Iceberg. */
  static final class TimestampCell extends FixedCell {

    private static final long MICROS_PER_MILLI = 1_000;
    private static final long GREATEST = Long.MAX_VALUE / MICROS_PER_MILLI;

    TimestampCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.TIMESTAMP, Long.BYTES);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      long millis = bytes.getLong(offset);
      if (millis > GREATEST || millis < -GREATEST) {
        throw path()
            .error(
                "is a timestamp of "
                    + millis
                    + " ms since the epoch; Iceberg timestamps are limited to "
                    + GREATEST
                    + " ms before and after it");
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeLong(repetitionLevel, bytes.getLong(offset) * MICROS_PER_MILLI);
    }
  }

  static final class UuidCell extends FixedCell {

    UuidCell(ValuePath path, ColumnDescriptor descriptor, CqlKind kind) {
      super(path, descriptor, kind, 2 * Long.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, binary(bytes, offset, length));
    }
  }

  /** A UUID as text. */
  static final class UuidTextCell extends FixedCell {

    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

    private final byte[] text = new byte[36];

    UuidTextCell(ValuePath path, ColumnDescriptor descriptor, CqlKind kind) {
      super(path, descriptor, kind, 2 * Long.BYTES);
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      int end = 0;
      for (int i = 0; i < length; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
          text[end++] = '-';
        }
        byte next = bytes.get(offset + i);
        text[end++] = HEX[(next >> 4) & 0xf];
        text[end++] = HEX[next & 0xf];
      }
      column.writeBinary(repetitionLevel, Binary.fromReusedByteArray(text));
    }
  }

  /**
   * A float, written as an integer of its raw bits, because Parquet's float methods replace every
   * NaN with the same one. The plain encoding of both is the same four bytes in little-endian
   * order. The column must have no dictionary and no Parquet statistics (see {@link
   * CqlParquetWriters#fileProperties}); this class collects Iceberg's metrics instead.
   */
  static final class FloatCell extends FixedCell {

    private final FloatFieldMetrics.Builder metrics;

    FloatCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.FLOAT, Float.BYTES);
      metrics = new FloatFieldMetrics.Builder(descriptor.getPrimitiveType().getId().intValue());
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      int bits = bytes.getInt(offset);
      column.writeInteger(repetitionLevel, bits);
      metrics.addValue(Float.intBitsToFloat(bits));
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
      return Stream.of(metrics.build());
    }
  }

  /** A double, written as its raw bits like a {@link FloatCell}. */
  static final class DoubleCell extends FixedCell {

    private final DoubleFieldMetrics.Builder metrics;

    DoubleCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor, CqlKind.DOUBLE, Double.BYTES);
      metrics = new DoubleFieldMetrics.Builder(descriptor.getPrimitiveType().getId().intValue());
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      long bits = bytes.getLong(offset);
      column.writeLong(repetitionLevel, bits);
      metrics.addValue(Double.longBitsToDouble(bits));
    }

    @Override
    public Stream<FieldMetrics<?>> metrics() {
      return Stream.of(metrics.build());
    }
  }

  static final class BlobCell extends LeafCell {

    BlobCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      // Any bytes are valid.
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, binary(bytes, offset, length));
    }
  }

  static final class TextCell extends LeafCell {

    TextCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (!Utf8.isWellFormed(bytes, offset, length)) {
        throw path().error("contains text that is not well-formed UTF-8");
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, binary(bytes, offset, length));
    }
  }

  /** A value of another CQL type that Iceberg stores as text. */
  private abstract static class AsTextCell extends LeafCell {

    AsTextCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    /** Returns the value's text in ASCII. */
    abstract Binary text(ByteBuffer bytes, int offset, int length);

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, text(bytes, offset, length));
    }

    static Binary ascii(String text) {
      return Binary.fromConstantByteArray(text.getBytes(US_ASCII));
    }
  }

  static final class InetCell extends AsTextCell {

    InetCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length != InetText.IPV4 && length != InetText.IPV6) {
        throw path().lengthError(CqlKind.INET, length);
      }
    }

    @Override
    Binary text(ByteBuffer bytes, int offset, int length) {
      return ascii(InetText.format(bytes, offset, length));
    }
  }

  static final class VarintCell extends AsTextCell {

    private final DecimalDigits digits = new DecimalDigits();

    VarintCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw path().lengthError(CqlKind.VARINT, length);
      }
      Numerals.requireFewDigits(path(), length);
      path()
          .requireCanonical(
              Numerals.isShortest(bytes, offset, length), "a varint with redundant bytes");
    }

    @Override
    Binary text(ByteBuffer bytes, int offset, int length) {
      return length <= Long.BYTES
          ? digits.format(Numerals.asLong(bytes, offset, length), 0)
          : ascii(Numerals.varint(bytes, offset, length));
    }
  }

  static final class DecimalCell extends AsTextCell {

    private final DecimalDigits digits = new DecimalDigits();

    DecimalCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length <= Integer.BYTES) {
        throw path().lengthError(CqlKind.DECIMAL, length);
      }
      Numerals.requireFewDigits(path(), length - Integer.BYTES);
      path()
          .requireCanonical(
              Numerals.isShortest(bytes, offset + Integer.BYTES, length - Integer.BYTES),
              "a decimal with redundant bytes");
      if (!Numerals.isReadable(bytes, offset, length)) {
        throw path()
            .error(
                "is a decimal of scale "
                    + bytes.getInt(offset)
                    + ", whose exponent is too large to be parsed from text");
      }
    }

    @Override
    Binary text(ByteBuffer bytes, int offset, int length) {
      int scale = bytes.getInt(offset);
      int unscaled = length - Integer.BYTES;
      return unscaled <= Long.BYTES && DecimalDigits.takes(scale)
          ? digits.format(Numerals.asLong(bytes, offset + Integer.BYTES, unscaled), scale)
          : ascii(Numerals.decimal(bytes, offset, length).toString());
    }
  }

  /**
   * A decimal or varint in a column of fixed precision and scale. In a strict column, a decimal
   * must have exactly the column's scale, so that an import restores the same bytes; in others it
   * may gain or lose zeros at its end. Parquet stores the unscaled value in 32 bits for a precision
   * of up to 9 digits, in 64 bits up to 18 digits, and otherwise in the least number of bytes that
   * the precision needs.
   */
  static final class FixedDecimalCell extends LeafCell {

    private static final int MOST_DIGITS_SHOWN = 60;

    /** 10 to the power of the index. */
    private static final long[] LONG_POWERS =
        LongStream.iterate(1, power -> power * 10).limit(19).toArray();

    private final CqlKind kind;
    private final DecimalType type;
    private final boolean hasScale;
    private final boolean isStrict;
    private final Form form;

    /** How Parquet stores the unscaled value. */
    private enum Form {
      INT,
      LONG,
      BYTES
    }

    private FixedDecimalCell(
        ValuePath path,
        CqlKind kind,
        DecimalType type,
        boolean isStrict,
        ColumnDescriptor column,
        Form form) {
      super(path, column);
      this.kind = kind;
      this.type = type;
      this.hasScale = kind == CqlKind.DECIMAL;
      this.isStrict = isStrict;
      this.form = form;
    }

    static FixedDecimalCell of(
        ValuePath path, CqlKind kind, DecimalType type, boolean isStrict, ColumnDescriptor column) {
      Form form =
          switch (column.getPrimitiveType().getPrimitiveTypeName()) {
            case INT32 -> Form.INT;
            case INT64 -> Form.LONG;
            default -> Form.BYTES;
          };
      return new FixedDecimalCell(path, kind, type, isStrict, column, form);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      int start = start(offset);
      int unscaled = offset + length - start;
      if (unscaled <= 0) {
        throw path().lengthError(kind, length);
      }
      path()
          .requireCanonical(
              Numerals.isShortest(bytes, start, unscaled),
              "a " + kind.cqlName() + " with redundant bytes");
      long missing = missingZeros(bytes, offset);
      if (missing != 0 && isStrict) {
        throw path()
            .error(
                String.format(
                    "is a decimal of scale %d, which a column of %s cannot preserve; write the"
                        + " column as text, or choose the scale %1$d",
                    bytes.getInt(offset), type));
      }
      if (missing < 0 && !endsWithZeros(bytes, start, unscaled, -missing)) {
        throw path()
            .error(
                String.format(
                    "is %s, and a column of %s holds %d digits after the decimal point; write the"
                        + " column as text, or choose a larger scale",
                    shown(bytes, offset, length), type, type.scale()));
      }
      if (!Numerals.hasAtMost(bytes, start, unscaled, type.precision() - missing)) {
        throw path()
            .error(
                String.format(
                    "is a %s with more digits than %s allows; write the column as text, or choose a"
                        + " larger precision",
                    kind.cqlName(), type));
      }
    }

    /** Returns how many zeros the value lacks at its end; negative if it has too many digits. */
    private long missingZeros(ByteBuffer bytes, int offset) {
      return hasScale ? (long) type.scale() - bytes.getInt(offset) : 0;
    }

    private static boolean endsWithZeros(ByteBuffer bytes, int start, int length, long zeros) {
      // A number of n bytes has fewer than 3 n digits.
      return Numerals.isZero(bytes, start, length)
          || (zeros < 3L * length
              && Numerals.integer(bytes, start, length)
                      .mod(BigInteger.TEN.pow((int) zeros))
                      .signum()
                  == 0);
    }

    private static String shown(ByteBuffer bytes, int offset, int length) {
      String text = Numerals.decimal(bytes, offset, length).toString();
      return text.length() <= MOST_DIGITS_SHOWN
          ? text
          : text.substring(0, MOST_DIGITS_SHOWN) + "... (" + text.length() + " characters)";
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      int start = start(offset);
      int unscaled = offset + length - start;
      long missing = missingZeros(bytes, offset);
      if (missing == 0) {
        writeUnscaled(repetitionLevel, bytes, start, unscaled);
        return;
      }
      ByteBuffer moved = ByteBuffer.wrap(withZeros(bytes, start, unscaled, missing));
      writeUnscaled(repetitionLevel, moved, 0, moved.capacity());
    }

    private void writeUnscaled(int repetitionLevel, ByteBuffer bytes, int start, int unscaled) {
      switch (form) {
        case INT -> column.writeInteger(repetitionLevel, (int) number(bytes, start, unscaled));
        case LONG -> column.writeLong(repetitionLevel, number(bytes, start, unscaled));
        case BYTES -> column.writeBinary(repetitionLevel, padded(bytes, start, unscaled));
      }
    }

    private int start(int offset) {
      return hasScale ? offset + Integer.BYTES : offset;
    }

    /** Returns the unscaled value with more zeros at its end, or fewer. */
    private static byte[] withZeros(ByteBuffer bytes, int start, int length, long more) {
      if (Numerals.isZero(bytes, start, length)) {
        return new byte[1];
      }
      if (more > 0 && more < LONG_POWERS.length && length <= Long.BYTES) {
        long value = Numerals.asLong(bytes, start, length);
        long power = LONG_POWERS[(int) more];
        return ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(Math.multiplyHigh(value, power))
            .putLong(value * power)
            .array();
      }
      BigInteger value = Numerals.integer(bytes, start, length);
      BigInteger power = BigInteger.TEN.pow((int) Math.abs(more));
      return (more > 0 ? value.multiply(power) : value.divide(power)).toByteArray();
    }

    /** Returns the last eight bytes as a number. Bytes before them only repeat the sign. */
    private static long number(ByteBuffer bytes, int start, int length) {
      long value = bytes.get(start);
      for (int i = 1; i < length; i++) {
        value = (value << 8) | (bytes.get(start + i) & 0xff);
      }
      return value;
    }

    /** Returns the unscaled value, sign-extended or cut to the width of the column. */
    private Binary padded(ByteBuffer bytes, int start, int length) {
      int width = TypeUtil.decimalRequiredBytes(type.precision());
      byte[] all = new byte[width];
      if (length < width && bytes.get(start) < 0) {
        Arrays.fill(all, 0, width - length, (byte) -1);
      }
      int kept = Math.min(length, width);
      bytes.get(start + length - kept, all, width - kept, kept);
      return Binary.fromConstantByteArray(all);
    }
  }

  /**
   * Formats numbers of up to 64 bits and small scales as {@link java.math.BigDecimal#toString}
   * does. Allocates only the {@code Binary} of each.
   */
  static final class DecimalDigits {

    /** The greatest scale at which {@code BigDecimal.toString} never writes an exponent. */
    private static final int GREATEST_SCALE = 6;

    /** A sign, the 19 digits of a long, and a point. */
    private static final int MOST_BYTES = 21;

    private final byte[] text = new byte[MOST_BYTES];

    /** Returns whether {@link #format} supports the scale. */
    static boolean takes(int scale) {
      return scale >= 0 && scale <= GREATEST_SCALE;
    }

    /**
     * Formats a number.
     *
     * @param scale a scale that {@link #takes} accepts
     * @return the text; the next call overwrites its bytes
     */
    Binary format(long unscaled, int scale) {
      int start = text.length;
      // Negative, because -Long.MIN_VALUE overflows.
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
}
