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
 * Takes the values of a Parquet column to serialized CQL values, without objects in between. What
 * it does not know how to take so goes through the column's {@link CqlValueEncoder}, in the class
 * that Iceberg's generic reader would give, or as the bytes of a text: each check, and each
 * message, is there alone.
 */
abstract class ColumnReader extends PrimitiveReader<RowCells> {

  private final CqlValueEncoder encoder;

  ColumnReader(ColumnDescriptor descriptor, CqlValueEncoder encoder) {
    super(descriptor);
    this.encoder = encoder;
  }

  /** Takes the next value, which is not null, and appends it. */
  abstract void append(ByteSink out);

  /** Appends a value the long way. */
  final void encode(Object value, ByteSink out) {
    encoder.encode(value, out);
  }

  /**
   * @param row where the value goes
   * @return the same
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

  /** Reads values of which CQL can hold each: booleans and floating-point numbers. */
  static final class PlainReader extends ColumnReader {

    /** Takes a value from the column and appends it. */
    @FunctionalInterface
    interface PlainForm {
      void append(ColumnIterator<?> column, ByteSink out);
    }

    static final PlainForm BOOLEAN = (column, out) -> out.putByte(column.nextBoolean() ? 1 : 0);

    // The raw bits, because the others make every NaN the same.
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
     * A number of 16 bits: a sign, 5 bits of an exponent, 10 of a fraction; each is a float too.
     */
    private static float half(ColumnIterator<?> column) {
      int bits = column.nextBinary().toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getShort();
      int sign = (bits & 0x8000) << 16;
      int exponent = (bits >> 10) & 0x1f;
      int fraction = bits & 0x3ff;
      if (exponent == 0) {
        // Zero and the numbers next to it, whose unit is 2^-24.
        return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
      }
      int wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
      return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
    }
  }

  /** Reads what Parquet keeps as integers of 32 or 64 bits: numbers, dates, times and decimals. */
  static final class LongReader extends ColumnReader {

    /** Appends a number as one CQL type has it. */
    @FunctionalInterface
    interface LongForm {

      /** Appends the number, or nothing and gives false if the type has no such number. */
      boolean append(long number, ByteSink out);
    }

    private final boolean has32Bits;
    private final LongForm form;
    private final LongFunction<Object> generic;

    /**
     * @param descriptor of a column of {@code INT32} or {@code INT64}
     * @param generic the number as Iceberg's generic reader gives it, for those that the form does
     *     not have
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

    /** Days since 1970-01-01, as CQL counts them: from the middle of the unsigned range. */
    static final LongForm DATE =
        (number, out) -> {
          out.putInt((int) number ^ Integer.MIN_VALUE);
          return true;
        };

    /** Milliseconds since 1970-01-01. */
    static final LongForm MILLIS = LongReader::bigint;

    /** Microseconds since 1970-01-01; not those with a part of a millisecond. */
    static final LongForm MICROS =
        (number, out) -> number % 1_000 == 0 && bigint(number / 1_000, out);

    private static final long LAST_NANOSECOND = LocalTime.MAX.toNanoOfDay();

    /** The form of a plain number in a column of the type; null if there is none. */
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
     * The form of a decimal, of which the number is the unscaled value, in a column of the type;
     * null if there is none.
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

    /** Two's complement, in no more bytes than it needs. */
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

  /** Reads what Parquet keeps as bytes: texts, blobs, UUIDs and long decimals. */
  static final class BinaryReader extends ColumnReader {

    /** Makes the value of one CQL type of a value's bytes. */
    @FunctionalInterface
    interface BinaryForm {

      /**
       * Puts the CQL value in the place of the bytes.
       *
       * @param out holds the bytes, from the start to its end
       * @return false, with anything from the start on, if the value must go the long way
       */
      boolean convert(ByteSink out, int start);
    }

    private final BinaryForm form;
    private final Function<Binary, Object> generic;

    /**
     * @param generic the value as the encoder takes it, for those that the form does not have
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
        // This way there is no buffer for each value.
        value.writeTo(out.stream());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (!form.convert(out, start)) {
        out.truncate(start);
        encode(generic.apply(value), out);
      }
    }

    /** All bytes as they are. */
    static final BinaryForm BLOB = (out, start) -> true;

    private static final int UUID_BYTES = 16;
    private static final int VERSION_BYTE = 6;

    /** The form of a text in a column of the type; null if there is none. */
    static @Nullable BinaryForm text(CqlKind kind) {
      return switch (kind) {
        case TEXT -> (out, start) -> Utf8.isWellFormed(out.look(), start, out.size() - start);
        case ASCII -> BinaryReader::isAscii;
        case DECIMAL -> (out, start) -> PlainNumerals.decimal(cut(out, start), out);
        case VARINT -> (out, start) -> PlainNumerals.varint(cut(out, start), out);
        default -> null;
      };
    }

    /** The form of the 16 bytes of a UUID in a column of the type; null if there is none. */
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
     * The form of a decimal, of which the bytes are the unscaled value, in a column of the type;
     * null if there is none.
     */
    static @Nullable BinaryForm numeral(CqlKind kind, int scale) {
      return switch (kind) {
        case DECIMAL -> (out, start) -> decimal(scale, out, start);
        case VARINT -> scale == 0 ? BinaryReader::varint : null;
        default -> null;
      };
    }

    /** Takes the bytes from the start on away. They are there until the next ones are appended. */
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

    /** Two's complement, of which the bytes that only repeat the sign are left out. */
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

  /**
   * Reads texts that CQL keeps as something else and that have no quick form: addresses and UUIDs.
   */
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
