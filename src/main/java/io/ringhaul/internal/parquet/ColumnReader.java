package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.PlainNumerals;
import io.ringhaul.internal.cql.Utf8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalTime;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.iceberg.parquet.ColumnIterator;
import org.apache.iceberg.parquet.ParquetValueReaders.PrimitiveReader;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Reads a Parquet column to serialized CQL values without Java objects for the values. A value that
 * the reader cannot convert goes to the column's {@link CqlValueEncoder}, in the class that
 * Iceberg's generic reader would return, or as the bytes of a text. The checks and their messages
 * are in the encoder only.
 */
abstract class ColumnReader extends PrimitiveReader<RowCells> {

  private final CqlValueEncoder encoder;

  ColumnReader(ColumnDescriptor descriptor, CqlValueEncoder encoder) {
    super(descriptor);
    this.encoder = encoder;
  }

  /** Appends the next value, which is not null. */
  abstract void append(ByteSink out);

  /** Appends a value through the column's encoder. */
  final void encode(Object value, ByteSink out) {
    encoder.encode(value, out);
  }

  /**
   * @param row the row to append the value to
   */
  @Override
  public final RowCells read(RowCells row) {
    try {
      append(row.bytes());
    } catch (BulkOperationException e) {
      row.refuse(e);
    }
    return row;
  }

  /** Reads booleans and floating-point numbers, all of which CQL can represent. */
  static final class PlainReader extends ColumnReader {

    /** Reads the column's next value and appends it. */
    @FunctionalInterface
    interface PlainForm {
      void append(ColumnIterator<?> column, ByteSink out);
    }

    static final PlainForm BOOLEAN = (column, out) -> out.putByte(column.nextBoolean() ? 1 : 0);

    // Raw bits, because floatToIntBits replaces every NaN with the same one.
    static final PlainForm FLOAT =
        (column, out) -> out.putInt(Float.floatToRawIntBits(column.nextFloat()));

    static final PlainForm DOUBLE =
        (column, out) -> out.putLong(Double.doubleToRawLongBits(column.nextDouble()));

    static final PlainForm FLOAT_AS_DOUBLE =
        (column, out) -> out.putLong(Double.doubleToRawLongBits(column.nextFloat()));

    static final PlainForm FLOAT16 =
        (column, out) -> out.putInt(Float.floatToRawIntBits(half(column)));

    static final PlainForm FLOAT16_AS_DOUBLE =
        (column, out) -> out.putLong(Double.doubleToRawLongBits(half(column)));

    private final PlainForm form;

    PlainReader(ColumnDescriptor descriptor, CqlValueEncoder encoder, PlainForm form) {
      super(descriptor, encoder);
      this.form = form;
    }

    @Override
    void append(ByteSink out) {
      form.append(column, out);
    }

    /**
     * Reads a FLOAT16: a sign bit, 5 bits of exponent, 10 bits of fraction. A float represents each
     * exactly.
     */
    private static float half(ColumnIterator<?> column) {
      int bits = column.nextBinary().toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getShort();
      int sign = (bits & 0x8000) << 16;
      int exponent = (bits >> 10) & 0x1f;
      int fraction = bits & 0x3ff;
      if (exponent == 0) {
        // Zero and the subnormal numbers, in units of 2^-24.
        return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
      }
      int wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
      return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
    }
  }

  /**
   * Reads columns that Parquet stores as integers of 32 or 64 bits: numbers, dates, times and
   * decimals.
   */
  static final class LongReader extends ColumnReader {

    /** Converts a number to one CQL type. */
    @FunctionalInterface
    interface LongForm {

      /**
       * Appends the number. Appends nothing and returns false if the CQL type cannot represent it.
       */
      boolean append(long number, ByteSink out);
    }

    private final boolean has32Bits;
    private final LongForm form;
    private final LongFunction<Object> generic;

    /**
     * @param descriptor a column of {@code INT32} or {@code INT64}
     * @param generic makes the object that Iceberg's generic reader would return, for numbers that
     *     the form does not convert
     */
    LongReader(
        ColumnDescriptor descriptor,
        CqlValueEncoder encoder,
        LongForm form,
        LongFunction<Object> generic) {
      super(descriptor, encoder);
      this.has32Bits =
          descriptor.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT32;
      this.form = form;
      this.generic = generic;
    }

    @Override
    void append(ByteSink out) {
      long number = has32Bits ? column.nextInteger() : column.nextLong();
      if (!form.append(number, out)) {
        encode(generic.apply(number), out);
      }
    }

    /** Days since 1970-01-01, which CQL stores plus 2^31. */
    static final LongForm DATE =
        (number, out) -> {
          out.putInt((int) number ^ Integer.MIN_VALUE);
          return true;
        };

    /** Milliseconds since 1970-01-01. */
    static final LongForm MILLIS = LongReader::bigint;

    /** Microseconds since 1970-01-01; only whole milliseconds. */
    static final LongForm MICROS =
        (number, out) -> number % 1_000 == 0 && bigint(number / 1_000, out);

    /** Microseconds since 1970-01-01, without what is finer than a millisecond. */
    static final LongForm TRUNCATED_MICROS =
        (number, out) -> bigint(Math.floorDiv(number, 1_000), out);

    private static final long LAST_NANOSECOND = LocalTime.MAX.toNanoOfDay();

    /** Returns the form that converts a plain number to the CQL type; null if there is none. */
    static @Nullable LongForm form(CqlKind kind) {
      return switch (kind) {
        case TINYINT -> LongReader::tinyint;
        case SMALLINT -> LongReader::smallint;
        case INT -> LongReader::integer;
        case BIGINT, COUNTER -> LongReader::bigint;
        case TIME ->
            (number, out) -> number >= 0 && number <= LAST_NANOSECOND && bigint(number, out);
        default -> numeral(kind, 0);
      };
    }

    /**
     * Returns the form that converts the unscaled value of a decimal to the CQL type; null if there
     * is none.
     */
    static @Nullable LongForm numeral(CqlKind kind, int scale) {
      return switch (kind) {
        case DECIMAL ->
            (number, out) -> {
              out.putInt(scale);
              return varint(number, out);
            };
        case VARINT -> scale == 0 ? LongReader::varint : null;
        default -> null;
      };
    }

    /** Appends the shortest two's complement. */
    static boolean varint(long number, ByteSink out) {
      PlainNumerals.varint(number, out);
      return true;
    }

    private static boolean tinyint(long number, ByteSink out) {
      if (number != (byte) number) {
        return false;
      }
      out.putByte((int) number);
      return true;
    }

    private static boolean smallint(long number, ByteSink out) {
      if (number != (short) number) {
        return false;
      }
      out.putShort((int) number);
      return true;
    }

    private static boolean integer(long number, ByteSink out) {
      if (number != (int) number) {
        return false;
      }
      out.putInt((int) number);
      return true;
    }

    private static boolean bigint(long number, ByteSink out) {
      out.putLong(number);
      return true;
    }
  }

  /**
   * Reads columns that Parquet stores as bytes: texts, blobs, UUIDs and decimals of more than 18
   * digits.
   */
  static final class BinaryReader extends ColumnReader {

    /** Converts a value's bytes to one CQL type. */
    @FunctionalInterface
    interface BinaryForm {

      /**
       * Replaces the bytes with the CQL value.
       *
       * @param out contains the bytes, from {@code start} to its end
       * @return false if the value needs the encoder; the bytes from {@code start} on are then
       *     undefined
       */
      boolean convert(ByteSink out, int start);
    }

    private final BinaryForm form;
    private final Function<Binary, Object> generic;

    /**
     * @param generic makes the value that the encoder expects, for values that the form does not
     *     convert
     */
    BinaryReader(
        ColumnDescriptor descriptor,
        CqlValueEncoder encoder,
        BinaryForm form,
        Function<Binary, Object> generic) {
      super(descriptor, encoder);
      this.form = form;
      this.generic = generic;
    }

    @Override
    void append(ByteSink out) {
      Binary value = column.nextBinary();
      int start = out.size();
      try {
        // Avoids a buffer for each value.
        value.writeTo(out.stream());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (!form.convert(out, start)) {
        out.truncate(start);
        encode(generic.apply(value), out);
      }
    }

    /** The bytes unchanged. */
    static final BinaryForm BLOB = (out, start) -> true;

    private static final int UUID_BYTES = 16;
    private static final int VERSION_BYTE = 6;

    /** Returns the form that converts a text to the CQL type; null if there is none. */
    static @Nullable BinaryForm text(CqlKind kind) {
      return switch (kind) {
        case TEXT -> (out, start) -> Utf8.isWellFormed(out.look(), start, out.size() - start);
        case ASCII -> BinaryReader::isAscii;
        case DECIMAL -> (out, start) -> PlainNumerals.decimal(cut(out, start), out);
        case VARINT -> (out, start) -> PlainNumerals.varint(cut(out, start), out);
        default -> null;
      };
    }

    /**
     * Returns the form that converts the 16 bytes of a UUID to the CQL type; null if there is none.
     */
    static @Nullable BinaryForm uuid(CqlKind kind) {
      return switch (kind) {
        case UUID -> BinaryReader::isUuid;
        case TIMEUUID ->
            (out, start) ->
                isUuid(out, start) && (out.look().get(start + VERSION_BYTE) & 0xf0) == 0x10;
        default -> null;
      };
    }

    /**
     * Returns the form that converts the unscaled value of a decimal to the CQL type; null if there
     * is none.
     */
    static @Nullable BinaryForm numeral(CqlKind kind, int scale) {
      return switch (kind) {
        case DECIMAL -> (out, start) -> decimal(scale, out, start);
        case VARINT -> scale == 0 ? BinaryReader::varint : null;
        default -> null;
      };
    }

    /**
     * Removes the bytes from {@code start} on and returns them. They are valid until the next
     * append.
     */
    private static ByteBuffer cut(ByteSink out, int start) {
      ByteBuffer bytes = out.look().slice(start, out.size() - start);
      out.truncate(start);
      return bytes;
    }

    private static boolean isUuid(ByteSink out, int start) {
      return out.size() - start == UUID_BYTES;
    }

    private static boolean isAscii(ByteSink out, int start) {
      ByteBuffer bytes = out.look();
      for (int i = start; i < out.size(); i++) {
        if (bytes.get(i) < 0) {
          return false;
        }
      }
      return true;
    }

    private static boolean decimal(int scale, ByteSink out, int start) {
      if (out.size() == start) {
        return false;
      }
      byte[] unscaled = shortest(out, start);
      out.truncate(start);
      out.putInt(scale);
      out.put(unscaled);
      return true;
    }

    private static boolean varint(ByteSink out, int start) {
      if (out.size() == start) {
        return false;
      }
      byte[] number = shortest(out, start);
      out.truncate(start);
      out.put(number);
      return true;
    }

    /** Returns the two's complement without the leading bytes that only repeat the sign. */
    private static byte[] shortest(ByteSink out, int start) {
      ByteBuffer bytes = out.look();
      int last = out.size() - 1;
      int sign = bytes.get(start) >> (Byte.SIZE - 1);
      int first = start;
      while (first < last
          && bytes.get(first) == sign
          && bytes.get(first + 1) >> (Byte.SIZE - 1) == sign) {
        first++;
      }
      byte[] shortest = new byte[last + 1 - first];
      bytes.get(first, shortest);
      return shortest;
    }
  }

  /** Reads texts of addresses, UUIDs, dates and times, which only the encoder parses. */
  static final class ParsedTextReader extends ColumnReader {

    private final Function<Binary, Object> text;

    ParsedTextReader(
        ColumnDescriptor descriptor, CqlValueEncoder encoder, Function<Binary, Object> text) {
      super(descriptor, encoder);
      this.text = text;
    }

    @Override
    void append(ByteSink out) {
      encode(text.apply(column.nextBinary()), out);
    }
  }
}
