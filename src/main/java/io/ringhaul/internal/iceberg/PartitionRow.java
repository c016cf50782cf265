package io.ringhaul.internal.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.datastax.oss.driver.api.core.type.DataType;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.InetText;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.TimeText;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * A view of a row for Iceberg's partition transforms, which converts the values they read to
 * Iceberg's internal form. Reused for all rows.
 */
final class PartitionRow implements StructLike {

  private static final int ABSENT = -1;

  private final int[] sources;
  private final InternalValues.Reader[] readers;
  private @Nullable RawRow row;

  /**
   * @param schema the Iceberg schema; columns that the rows do not have are null
   * @param columns the columns in the order of the rows' values
   */
  PartitionRow(Schema schema, List<ColumnDescription> columns) {
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    List<NestedField> fields = schema.columns();
    this.sources = fields.stream().mapToInt(field -> names.indexOf(field.name())).toArray();
    this.readers = new InternalValues.Reader[sources.length];
    for (int i = 0; i < sources.length; i++) {
      readers[i] =
          sources[i] == ABSENT
              ? (bytes, offset, length) -> bytes
              : InternalValues.of(columns.get(sources[i]).type(), fields.get(i).type());
    }
  }

  PartitionRow of(RawRow next) {
    row = next;
    return this;
  }

  @Override
  public int size() {
    return sources.length;
  }

  @Override
  public <T> @Nullable T get(int position, Class<T> type) {
    int source = sources[position];
    ByteBuffer bytes = source == ABSENT ? null : Objects.requireNonNull(row).bytes(source);
    return bytes == null
        ? null
        : type.cast(readers[position].read(bytes, bytes.position(), bytes.remaining()));
  }

  @Override
  public <T> void set(int position, T value) {
    throw new UnsupportedOperationException("The row is read-only");
  }

  /**
   * Converts serialized CQL values that were already checked to Iceberg's internal form, for
   * partition transforms.
   */
  private static final class InternalValues {

    /** Reads a value from a range of bytes. */
    @FunctionalInterface
    interface Reader {
      Object read(ByteBuffer bytes, int offset, int length);
    }

    private static final long MICROS_PER_MILLI = 1_000;
    private static final long NANOS_PER_MICRO = 1_000;

    private InternalValues() {}

    /** Returns the reader for values of the CQL type in a column of the Iceberg type. */
    static Reader of(DataType cql, Type iceberg) {
      return switch (CqlKind.of(cql)) {
        case ASCII, TEXT -> (bytes, at, length) -> new String(copy(bytes, at, length), UTF_8);
        case BLOB -> (bytes, at, length) -> ByteBuffer.wrap(copy(bytes, at, length));
        case BOOLEAN -> (bytes, at, length) -> bytes.get(at) != 0;
        case TINYINT -> (bytes, at, length) -> (int) bytes.get(at);
        case SMALLINT -> (bytes, at, length) -> (int) bytes.getShort(at);
        case INT -> (bytes, at, length) -> bytes.getInt(at);
        case BIGINT, COUNTER -> (bytes, at, length) -> bytes.getLong(at);
        case TIME -> time(iceberg);
        case FLOAT -> (bytes, at, length) -> bytes.getFloat(at);
        case DOUBLE -> (bytes, at, length) -> bytes.getDouble(at);
        case DATE -> (bytes, at, length) -> bytes.getInt(at) ^ Integer.MIN_VALUE;
        case TIMESTAMP -> (bytes, at, length) -> bytes.getLong(at) * MICROS_PER_MILLI;
        case DECIMAL ->
            iceberg instanceof Types.DecimalType fixed
                ? (bytes, at, length) ->
                    Numerals.decimal(bytes, at, length)
                        .setScale(fixed.scale(), RoundingMode.UNNECESSARY)
                : (bytes, at, length) -> text(bytes, at, length);
        case VARINT ->
            iceberg instanceof Types.DecimalType ? InternalValues::integer : Numerals::varint;
        case INET -> InetText::format;
        case UUID, TIMEUUID ->
            iceberg.typeId() == Type.TypeID.STRING
                ? (bytes, at, length) -> uuid(bytes, at).toString()
                : (bytes, at, length) -> uuid(bytes, at);
        case DURATION -> (bytes, at, length) -> duration(iceberg.asStructType(), bytes, at);
        case TUPLE, UDT -> tuple(cql, iceberg.asStructType());
        case LIST, SET, MAP, VECTOR, CUSTOM ->
            (bytes, at, length) -> {
              throw new IllegalStateException(
                  "A table cannot be partitioned by a " + CqlTypes.text(cql));
            };
      };
    }

    /** Copies the bytes, because a partition key may be kept longer than the row's buffer. */
    private static byte[] copy(ByteBuffer bytes, int offset, int length) {
      byte[] copy = new byte[length];
      bytes.get(offset, copy);
      return copy;
    }

    private static Reader time(Type iceberg) {
      return switch (iceberg.typeId()) {
        case TIME -> (bytes, at, length) -> bytes.getLong(at) / NANOS_PER_MICRO;
        case STRING -> (bytes, at, length) -> TimeText.format(bytes.getLong(at));
        default -> (bytes, at, length) -> bytes.getLong(at);
      };
    }

    private static UUID uuid(ByteBuffer bytes, int offset) {
      return new UUID(bytes.getLong(offset), bytes.getLong(offset + Long.BYTES));
    }

    private static String text(ByteBuffer bytes, int offset, int length) {
      return Numerals.decimal(bytes, offset, length).toString();
    }

    private static BigDecimal integer(ByteBuffer bytes, int offset, int length) {
      return new BigDecimal(new BigInteger(copy(bytes, offset, length)));
    }

    private static StructLike duration(Types.StructType type, ByteBuffer bytes, int offset) {
      long[] parts = new long[3];
      int at = offset;
      for (int i = 0; i < parts.length; i++) {
        parts[i] = VInts.unfold(VInts.read(bytes, at));
        at += VInts.lengthFrom(bytes.get(at));
      }
      return new Struct(
          position -> {
            String name = type.fields().get(position).name();
            return switch (name) {
              case "months" -> (Object) (int) parts[0];
              case "days" -> (int) parts[1];
              default -> parts[2];
            };
          },
          type.fields().size());
    }

    private static Reader tuple(DataType cql, Types.StructType type) {
      List<String> names = CqlTypes.fieldNames(cql);
      List<NestedField> fields = type.fields();
      int[] places = fields.stream().mapToInt(field -> names.indexOf(field.name())).toArray();
      Reader[] readers = new Reader[places.length];
      for (int i = 0; i < places.length; i++) {
        readers[i] = of(CqlTypes.fieldTypes(cql).get(places[i]), fields.get(i).type());
      }
      return (bytes, at, length) ->
          new Struct(
              position -> field(bytes, at, length, places[position], readers[position]),
              places.length);
    }

    /** Returns a field of a tuple. Each field is preceded by its length, -1 for null. */
    private static @Nullable Object field(
        ByteBuffer bytes, int offset, int length, int place, Reader reader) {
      int at = offset;
      int end = offset + length;
      for (int i = 0; at < end; i++) {
        int size = bytes.getInt(at);
        at += Integer.BYTES;
        if (i == place) {
          return size < 0 ? null : reader.read(bytes, at, size);
        }
        at += Math.max(0, size);
      }
      // A tuple may omit its last fields, which are null then.
      return null;
    }

    /** Returns the field at a position. */
    @FunctionalInterface
    private interface Fields {
      @Nullable Object at(int position);
    }

    private record Struct(Fields fields, int size) implements StructLike {

      @Override
      public <T> @Nullable T get(int position, Class<T> type) {
        return type.cast(fields.at(position));
      }

      @Override
      public <T> void set(int position, T value) {
        throw new UnsupportedOperationException("The row is read-only");
      }
    }
  }
}
