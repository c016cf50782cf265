package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.InetText;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.internal.parquet.IcebergTypes;
import io.ringhaul.internal.parquet.TypeChoices;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.ArrayBasedMapData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the serialized values of a column to the form in which Spark holds values of the column's
 * type. The types are those of {@link IcebergTypes}, with Spark's narrower integers, times as longs
 * of nanoseconds and UUIDs as text. A value that the type cannot hold is an {@link
 * io.ringhaul.exceptions.UnrepresentableValueException}.
 *
 * @param type Spark's type
 */
record SparkDecoder(org.apache.spark.sql.types.DataType type, SparkDecoder.Decoding decoding) {

  private static final long MICROS_PER_MILLI = 1_000;
  private static final long MOST_MILLIS = Long.MAX_VALUE / MICROS_PER_MILLI;
  private static final long MOST_NANOS = LocalTime.MAX.toNanoOfDay();
  private static final int MOST_DIGITS_SHOWN = 60;

  /** Decodes the value in a range of the buffer, which must not change afterwards. */
  @FunctionalInterface
  interface Decoding {
    Object decode(ByteBuffer bytes, int offset, int length);
  }

  /**
   * Returns the decoder of a column.
   *
   * @param choices the types of decimals and varints
   * @throws io.ringhaul.exceptions.UnsuitableTableException if the column's type has no type in
   *     Spark
   */
  static SparkDecoder of(TableDescription table, ColumnDescription column, TypeChoices choices) {
    Type like = IcebergTypes.schema(table, List.of(column), choices).columns().get(0).type();
    return of(ValuePath.of(column), column.type(), like);
  }

  /** Decodes a value; null for null. */
  @Nullable Object decode(@Nullable ByteBuffer bytes) {
    return bytes == null ? null : decoding.decode(bytes, bytes.position(), bytes.remaining());
  }

  private static SparkDecoder of(ValuePath path, DataType cql, Type like) {
    CqlKind kind = CqlKind.of(cql);
    return switch (kind) {
      case ASCII, TEXT -> new SparkDecoder(DataTypes.StringType, (b, o, n) -> text(path, b, o, n));
      case BLOB -> new SparkDecoder(DataTypes.BinaryType, SparkDecoder::copy);
      case BOOLEAN -> fixed(path, kind, 1, DataTypes.BooleanType, (b, o, n) -> b.get(o) != 0);
      case TINYINT -> fixed(path, kind, 1, DataTypes.ByteType, (b, o, n) -> b.get(o));
      case SMALLINT -> fixed(path, kind, 2, DataTypes.ShortType, (b, o, n) -> b.getShort(o));
      case INT -> fixed(path, kind, 4, DataTypes.IntegerType, (b, o, n) -> b.getInt(o));
      case BIGINT, COUNTER -> fixed(path, kind, 8, DataTypes.LongType, (b, o, n) -> b.getLong(o));
      case FLOAT -> fixed(path, kind, 4, DataTypes.FloatType, (b, o, n) -> b.getFloat(o));
      case DOUBLE -> fixed(path, kind, 8, DataTypes.DoubleType, (b, o, n) -> b.getDouble(o));
      // CQL stores the days since the epoch plus 2^31.
      case DATE ->
          fixed(path, kind, 4, DataTypes.DateType, (b, o, n) -> b.getInt(o) ^ Integer.MIN_VALUE);
      case TIME ->
          fixed(path, kind, 8, DataTypes.LongType, (b, o, n) -> nanosOfDay(path, b.getLong(o)));
      case TIMESTAMP ->
          fixed(path, kind, 8, DataTypes.TimestampType, (b, o, n) -> micros(path, b.getLong(o)));
      case UUID, TIMEUUID ->
          fixed(
              path,
              kind,
              16,
              DataTypes.StringType,
              (b, o, n) ->
                  UTF8String.fromString(new UUID(b.getLong(o), b.getLong(o + 8)).toString()));
      case INET ->
          new SparkDecoder(
              DataTypes.StringType,
              (b, o, n) -> {
                if (n != InetText.IPV4 && n != InetText.IPV6) {
                  throw path.lengthError(kind, n);
                }
                return UTF8String.fromString(InetText.format(b, o, n));
              });
      case DECIMAL, VARINT -> number(path, kind, like);
      case DURATION -> duration(path);
      case LIST -> list(path, ((ListType) cql).getElementType(), like);
      case SET -> list(path, ((SetType) cql).getElementType(), like);
      case MAP -> map(path, (MapType) cql, like.asMapType());
      case VECTOR -> vector(path, (VectorType) cql, like);
      case TUPLE, UDT -> struct(path, cql, like.asStructType());
      case CUSTOM -> throw new IllegalStateException(cql + " has no type in Spark");
    };
  }

  private static SparkDecoder fixed(
      ValuePath path,
      CqlKind kind,
      int width,
      org.apache.spark.sql.types.DataType type,
      Decoding decoding) {
    return new SparkDecoder(
        type,
        (bytes, offset, length) -> {
          if (length != width) {
            throw path.lengthError(kind, length);
          }
          return decoding.decode(bytes, offset, length);
        });
  }

  private static UTF8String text(ValuePath path, ByteBuffer bytes, int offset, int length) {
    if (!Utf8.isWellFormed(bytes, offset, length)) {
      throw path.error("contains text that is not well-formed UTF-8");
    }
    return bytes.hasArray()
        ? UTF8String.fromBytes(bytes.array(), bytes.arrayOffset() + offset, length)
        : UTF8String.fromBytes(copy(bytes, offset, length));
  }

  private static byte[] copy(ByteBuffer bytes, int offset, int length) {
    byte[] copy = new byte[length];
    bytes.get(offset, copy);
    return copy;
  }

  private static long nanosOfDay(ValuePath path, long nanos) {
    if (nanos < 0 || nanos > MOST_NANOS) {
      throw path.error(
          "is a time of " + nanos + " ns since midnight, out of the range 0 to " + MOST_NANOS);
    }
    return nanos;
  }

  private static long micros(ValuePath path, long millis) {
    if (millis > MOST_MILLIS || millis < -MOST_MILLIS) {
      throw path.error(
          "is a timestamp of "
              + millis
              + " ms since the epoch; Spark's timestamps are limited to "
              + MOST_MILLIS
              + " ms before and after it");
    }
    return millis * MICROS_PER_MILLI;
  }

  private static SparkDecoder number(ValuePath path, CqlKind kind, Type like) {
    int scaleBytes = kind == CqlKind.DECIMAL ? Integer.BYTES : 0;
    Decoding exact =
        (bytes, offset, length) -> {
          if (length <= scaleBytes) {
            throw path.lengthError(kind, length);
          }
          return kind == CqlKind.DECIMAL
              ? Numerals.decimal(bytes, offset, length)
              : new BigDecimal(Numerals.integer(bytes, offset, length));
        };
    if (like instanceof Types.DecimalType decimal) {
      return new SparkDecoder(
          DataTypes.createDecimalType(decimal.precision(), decimal.scale()),
          (bytes, offset, length) ->
              fitting(path, (BigDecimal) exact.decode(bytes, offset, length), decimal));
    }
    return new SparkDecoder(
        DataTypes.StringType,
        (bytes, offset, length) -> {
          Numerals.requireFewDigits(path, length - scaleBytes);
          return UTF8String.fromString(exact.decode(bytes, offset, length).toString());
        });
  }

  private static Decimal fitting(ValuePath path, BigDecimal value, Types.DecimalType type) {
    // Zeros at the end do not count: a scale that is far from the type's would make a long number.
    BigDecimal shortest = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    boolean fits =
        shortest.scale() <= type.scale()
            && (long) shortest.precision() - shortest.scale() <= type.precision() - type.scale();
    if (!fits) {
      String text = value.toString();
      throw path.error(
          String.format(
              "is %s, which %s cannot hold; read the column as text, or choose other decimals",
              text.length() <= MOST_DIGITS_SHOWN
                  ? text
                  : text.substring(0, MOST_DIGITS_SHOWN) + "...",
              type));
    }
    return Decimal.apply(shortest.setScale(type.scale()), type.precision(), type.scale());
  }

  private static SparkDecoder duration(ValuePath path) {
    return new SparkDecoder(
        DataTypes.createStructType(
            new StructField[] {
              DataTypes.createStructField("months", DataTypes.IntegerType, false),
              DataTypes.createStructField("days", DataTypes.IntegerType, false),
              DataTypes.createStructField("nanoseconds", DataTypes.LongType, false)
            }),
        (bytes, offset, length) -> {
          if (length == 0) {
            throw path.lengthError(CqlKind.DURATION, length);
          }
          int end = offset + length;
          long[] parts = new long[3];
          int index = offset;
          for (int i = 0; i < parts.length; i++) {
            if (index == end || end - index < VInts.lengthFrom(bytes.get(index))) {
              throw path.malformed("a duration that is cut off");
            }
            parts[i] = VInts.unfold(VInts.read(bytes, index));
            index += VInts.lengthFrom(bytes.get(index));
          }
          requireEnd(path, index, end);
          return new GenericInternalRow(
              new Object[] {Math.toIntExact(parts[0]), Math.toIntExact(parts[1]), parts[2]});
        });
  }

  private static SparkDecoder list(ValuePath path, DataType element, Type like) {
    SparkDecoder each = of(path.child("element"), element, like.asListType().elementType());
    return new SparkDecoder(
        DataTypes.createArrayType(each.type, false),
        (bytes, offset, length) -> {
          int count = count(path, bytes, offset, length);
          Object[] elements = new Object[count];
          Parts parts = new Parts(path, bytes, offset, length);
          for (int i = 0; i < count; i++) {
            elements[i] = parts.next(each);
          }
          parts.requireEnd();
          return new GenericArrayData(elements);
        });
  }

  private static SparkDecoder map(ValuePath path, MapType cql, Types.MapType like) {
    SparkDecoder key = of(path.child("key"), cql.getKeyType(), like.keyType());
    SparkDecoder value = of(path.child("value"), cql.getValueType(), like.valueType());
    return new SparkDecoder(
        DataTypes.createMapType(key.type, value.type, false),
        (bytes, offset, length) -> {
          int count = count(path, bytes, offset, length);
          Object[] keys = new Object[count];
          Object[] values = new Object[count];
          Parts parts = new Parts(path, bytes, offset, length);
          for (int i = 0; i < count; i++) {
            keys[i] = parts.next(key);
            values[i] = parts.next(value);
          }
          parts.requireEnd();
          return new ArrayBasedMapData(new GenericArrayData(keys), new GenericArrayData(values));
        });
  }

  private static int count(ValuePath path, ByteBuffer bytes, int offset, int length) {
    if (length == 0) {
      // The server also reads zero bytes as an empty collection.
      return 0;
    }
    int count = length < Integer.BYTES ? -1 : bytes.getInt(offset);
    // Each element has a length of four bytes.
    if (count < 0 || count > length / Integer.BYTES) {
      throw path.malformed("a count of " + count);
    }
    return count;
  }

  /** The elements of a collection, each after its length of four bytes. */
  private static final class Parts {

    private final ValuePath path;
    private final ByteBuffer bytes;
    private final int end;
    private int index;

    Parts(ValuePath path, ByteBuffer bytes, int offset, int length) {
      this.path = path;
      this.bytes = bytes;
      this.end = offset + length;
      this.index = length == 0 ? offset : offset + Integer.BYTES;
    }

    Object next(SparkDecoder decoder) {
      int length = lengthAt(path, bytes, index, end);
      index += Integer.BYTES;
      if (length < 0) {
        throw path.error("contains a null, which no collection allows");
      }
      Object value = decoder.decoding.decode(bytes, index, length);
      index += length;
      return value;
    }

    void requireEnd() {
      SparkDecoder.requireEnd(path, index, end);
    }
  }

  /** Returns the length at the index; negative for null. */
  private static int lengthAt(ValuePath path, ByteBuffer bytes, int index, int end) {
    if (end - index < Integer.BYTES) {
      throw path.malformed("a length is cut off");
    }
    int length = bytes.getInt(index);
    if (length > end - index - Integer.BYTES) {
      throw path.malformed("a part of " + length + " bytes is cut off");
    }
    return length;
  }

  private static void requireEnd(ValuePath path, int index, int end) {
    if (index != end) {
      throw path.malformed((end - index) + " bytes after the last part");
    }
  }

  private static SparkDecoder vector(ValuePath path, VectorType cql, Type like) {
    DataType element = cql.getElementType();
    SparkDecoder each = of(path.child("element"), element, like.asListType().elementType());
    int dimension = cql.getDimensions();
    int width = CqlKind.lengthInVector(element);
    return new SparkDecoder(
        DataTypes.createArrayType(each.type, false),
        (bytes, offset, length) -> {
          if (length == 0) {
            throw path.lengthError(CqlKind.VECTOR, length);
          }
          Object[] elements = new Object[dimension];
          int end = offset + length;
          int index = offset;
          for (int i = 0; i < dimension; i++) {
            long part = width;
            if (width == CqlKind.VARIABLE) {
              if (index == end || end - index < VInts.lengthFrom(bytes.get(index))) {
                throw path.malformed("a vector of fewer than " + dimension + " elements");
              }
              part = VInts.read(bytes, index);
              index += VInts.lengthFrom(bytes.get(index));
            }
            if (part < 0 || part > end - index) {
              throw path.malformed("an element of " + part + " bytes is cut off");
            }
            elements[i] = each.decoding.decode(bytes, index, (int) part);
            index += (int) part;
          }
          requireEnd(path, index, end);
          return new GenericArrayData(elements);
        });
  }

  private static SparkDecoder struct(ValuePath path, DataType cql, Types.StructType like) {
    List<String> names = CqlTypes.fieldNames(cql);
    List<DataType> types = CqlTypes.fieldTypes(cql);
    List<StructField> fields = new ArrayList<>();
    List<SparkDecoder> decoders = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      SparkDecoder field = of(path.child(name), types.get(i), like.fieldType(name));
      decoders.add(field);
      fields.add(DataTypes.createStructField(name, field.type, true));
    }
    return new SparkDecoder(
        DataTypes.createStructType(fields),
        (bytes, offset, length) -> {
          if (length == 0) {
            throw path.lengthError(CqlKind.of(cql), length);
          }
          @Nullable Object[] values = new Object[decoders.size()];
          int end = offset + length;
          int index = offset;
          // A value written before a field was added to the type ends early.
          for (int i = 0; i < values.length && index < end; i++) {
            int part = lengthAt(path, bytes, index, end);
            index += Integer.BYTES;
            if (part >= 0) {
              values[i] = decoders.get(i).decoding.decode(bytes, index, part);
              index += part;
            }
          }
          requireEnd(path, index, end);
          return new GenericInternalRow(values);
        });
  }
}
