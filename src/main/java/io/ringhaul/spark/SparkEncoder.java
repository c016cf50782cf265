package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.parquet.CqlValueEncoder;
import io.ringhaul.internal.parquet.IcebergCompatibility;
import io.ringhaul.internal.parquet.ReadOptions;
import io.ringhaul.schema.ColumnDescription;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a column of a data frame to the serialized values of a column of a table. Its types and
 * values are those of Iceberg, so that a data frame and an import of an Iceberg table accept the
 * same.
 */
final class SparkEncoder {

  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final int NANOS_PER_MICRO = 1_000;

  private final Reading reading;
  private final CqlValueEncoder encoder;

  private SparkEncoder(Reading reading, CqlValueEncoder encoder) {
    this.reading = reading;
    this.encoder = encoder;
  }

  /**
   * Returns the encoder from Spark's type to the column.
   *
   * @throws InvalidSettingException if values of the type cannot be written to the column
   */
  static SparkEncoder of(ColumnDescription column, DataType type, ReadOptions options) {
    Form form =
        form(type)
            .orElseThrow(
                () -> incompatible(column, type, "no CQL type holds " + type.simpleString()));
    IcebergCompatibility.importProblem(column, form.iceberg, options)
        .ifPresent(
            problem -> {
              throw incompatible(column, type, problem);
            });
    return new SparkEncoder(form.reading, CqlValueEncoder.of(column, form.iceberg, options));
  }

  private static InvalidSettingException incompatible(
      ColumnDescription column, DataType type, String problem) {
    return new InvalidSettingException(
        column.name(),
        String.format(
            "Column %s of type %s cannot take values of Spark's type %s: %s",
            CqlIdentifier.fromInternal(column.name()).asCql(true),
            CqlTypes.text(column.type()),
            type.simpleString(),
            problem));
  }

  /**
   * Returns the serialized value; null for null.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if CQL cannot represent it exactly
   */
  @Nullable ByteBuffer encode(SpecializedGetters values, int index) {
    return values.isNullAt(index) ? null : encoder.encode(reading.read(values, index));
  }

  /** Reads a value that is not null in the form of Iceberg's readers. */
  @FunctionalInterface
  private interface Reading {
    Object read(SpecializedGetters values, int index);

    default @Nullable Object orNull(SpecializedGetters values, int index) {
      return values.isNullAt(index) ? null : read(values, index);
    }
  }

  private record Form(Type iceberg, Reading reading) {}

  private static Optional<Form> form(DataType type) {
    return Optional.ofNullable(formOrNull(type));
  }

  private static @Nullable Form formOrNull(DataType type) {
    if (type instanceof BooleanType) {
      return new Form(Types.BooleanType.get(), SpecializedGetters::getBoolean);
    } else if (type instanceof ByteType) {
      return new Form(Types.IntegerType.get(), SpecializedGetters::getByte);
    } else if (type instanceof ShortType) {
      return new Form(Types.IntegerType.get(), SpecializedGetters::getShort);
    } else if (type instanceof IntegerType) {
      return new Form(Types.IntegerType.get(), SpecializedGetters::getInt);
    } else if (type instanceof LongType) {
      return new Form(Types.LongType.get(), SpecializedGetters::getLong);
    } else if (type instanceof FloatType) {
      return new Form(Types.FloatType.get(), SpecializedGetters::getFloat);
    } else if (type instanceof DoubleType) {
      return new Form(Types.DoubleType.get(), SpecializedGetters::getDouble);
    } else if (type instanceof StringType) {
      return new Form(
          Types.StringType.get(),
          (values, i) -> ByteBuffer.wrap(values.getUTF8String(i).getBytes()));
    } else if (type instanceof BinaryType) {
      return new Form(Types.BinaryType.get(), (values, i) -> ByteBuffer.wrap(values.getBinary(i)));
    } else if (type instanceof DateType) {
      return new Form(Types.DateType.get(), (values, i) -> LocalDate.ofEpochDay(values.getInt(i)));
    } else if (type instanceof TimestampType) {
      return new Form(
          Types.TimestampType.withZone(),
          (values, i) -> instant(values.getLong(i)).atOffset(ZoneOffset.UTC));
    } else if (type instanceof TimestampNTZType) {
      return new Form(
          Types.TimestampType.withoutZone(),
          (values, i) -> LocalDateTime.ofInstant(instant(values.getLong(i)), ZoneOffset.UTC));
    } else if (type instanceof DecimalType decimal) {
      int precision = decimal.precision();
      int scale = decimal.scale();
      return new Form(
          Types.DecimalType.of(precision, scale),
          (values, i) -> values.getDecimal(i, precision, scale).toJavaBigDecimal());
    } else if (type instanceof NullType) {
      return new Form(Types.UnknownType.get(), (values, i) -> "");
    } else if (type instanceof ArrayType array) {
      return list(array);
    } else if (type instanceof MapType map) {
      return map(map);
    } else if (type instanceof StructType struct) {
      return struct(struct);
    }
    return null;
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS_PER_SECOND),
        Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO);
  }

  private static @Nullable Form list(ArrayType type) {
    Form element = formOrNull(type.elementType());
    return element == null
        ? null
        : new Form(
            Types.ListType.ofOptional(1, element.iceberg),
            (values, i) -> list(values.getArray(i), element.reading));
  }

  private static List<@Nullable Object> list(ArrayData array, Reading reading) {
    List<@Nullable Object> elements = new ArrayList<>(array.numElements());
    for (int i = 0; i < array.numElements(); i++) {
      elements.add(reading.orNull(array, i));
    }
    return elements;
  }

  private static @Nullable Form map(MapType type) {
    Form key = formOrNull(type.keyType());
    Form value = formOrNull(type.valueType());
    return key == null || value == null
        ? null
        : new Form(
            Types.MapType.ofOptional(1, 2, key.iceberg, value.iceberg),
            (values, i) -> {
              MapData map = values.getMap(i);
              List<@Nullable Object> keys = list(map.keyArray(), key.reading);
              List<@Nullable Object> contents = list(map.valueArray(), value.reading);
              Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
              for (int entry = 0; entry < keys.size(); entry++) {
                entries.put(keys.get(entry), contents.get(entry));
              }
              return entries;
            });
  }

  private static @Nullable Form struct(StructType type) {
    StructField[] fields = type.fields();
    List<NestedField> iceberg = new ArrayList<>();
    List<Reading> readings = new ArrayList<>();
    for (StructField field : fields) {
      Form form = formOrNull(field.dataType());
      if (form == null) {
        return null;
      }
      iceberg.add(NestedField.optional(iceberg.size() + 1, field.name(), form.iceberg));
      readings.add(form.reading);
    }
    return new Form(
        Types.StructType.of(iceberg),
        (values, i) -> {
          InternalRow struct = values.getStruct(i, readings.size());
          List<@Nullable Object> contents = new ArrayList<>(readings.size());
          for (int field = 0; field < readings.size(); field++) {
            contents.add(readings.get(field).orNull(struct, field));
          }
          return new Struct(Collections.unmodifiableList(contents));
        });
  }

  private record Struct(List<@Nullable Object> values) implements StructLike {

    @Override
    public int size() {
      return values.size();
    }

    @Override
    public <T> T get(int position, Class<T> type) {
      return type.cast(values.get(position));
    }

    @Override
    public <T> void set(int position, T value) {
      throw new UnsupportedOperationException();
    }
  }
}
