package io.ringhaul.internal.parquet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.InetText;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.internal.text.TextReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** The encoders from Iceberg types to CQL types. {@link #of} defines which types are compatible. */
final class ValueEncoders {

  private static final ValueEncoder BOOLEAN = (value, out) -> out.putByte((Boolean) value ? 1 : 0);
  private static final ValueEncoder BIGINT =
      (value, out) -> out.putLong(((Number) value).longValue());
  private static final ValueEncoder WRITE_TIME =
      (value, out) ->
          out.putLong(
              ChronoUnit.MICROS.between(Instant.EPOCH, ((OffsetDateTime) value).toInstant()));
  // Raw bits, because floatToIntBits replaces every NaN with the same one.
  private static final ValueEncoder FLOAT =
      (value, out) -> out.putInt(Float.floatToRawIntBits((Float) value));
  private static final ValueEncoder DOUBLE =
      (value, out) -> out.putLong(Double.doubleToRawLongBits((Double) value));
  private static final ValueEncoder FLOAT_AS_DOUBLE =
      (value, out) -> out.putLong(Double.doubleToRawLongBits((Float) value));
  private static final ValueEncoder TIME =
      (value, out) -> out.putLong(((LocalTime) value).toNanoOfDay());
  private static final ValueEncoder BINARY = (value, out) -> out.put((ByteBuffer) value);
  private static final ValueEncoder FIXED = (value, out) -> out.put((byte[]) value);
  private static final ValueEncoder DECIMAL = (value, out) -> put((BigDecimal) value, out);
  private static final ValueEncoder INTEGER_AS_DECIMAL =
      (value, out) -> put(BigDecimal.valueOf(((Number) value).longValue()), out);
  private static final ValueEncoder INTEGER_AS_VARINT =
      (value, out) -> out.put(BigInteger.valueOf(((Number) value).longValue()).toByteArray());

  /** The types whose values no CQL type can hold. */
  static final Set<TypeID> UNSUPPORTED =
      EnumSet.of(TypeID.VARIANT, TypeID.GEOMETRY, TypeID.GEOGRAPHY);

  private static final int NULL = -1;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private static final ValueEncoder NONE =
      (value, out) -> {
        throw new UnsupportedOperationException();
      };

  private final ReadOptions options;

  private ValueEncoders(ReadOptions options) {
    this.options = options;
  }

  /**
   * Returns the encoder from the Iceberg type to the CQL type.
   *
   * @throws IncompatibleTypeException if the types are incompatible
   */
  static ValueEncoder of(ValuePath path, DataType cql, Type iceberg, ReadOptions options) {
    return new ValueEncoders(options).of(path, cql, iceberg);
  }

  private ValueEncoder of(ValuePath path, DataType cql, Type iceberg) {
    TypeID id = iceberg.typeId();
    if (id == TypeID.UNKNOWN) {
      return NONE; // each value is null
    }
    boolean isInteger = id == TypeID.INTEGER || id == TypeID.LONG;
    @Nullable ValueEncoder encoder =
        switch (CqlKind.of(cql)) {
          case ASCII -> id == TypeID.STRING ? new Ascii(path) : null;
          case TEXT -> id == TypeID.STRING ? new Text(path) : null;
          case BLOB -> blob(id);
          case BOOLEAN -> id == TypeID.BOOLEAN ? BOOLEAN : null;
          case TINYINT -> isInteger ? new Tinyint(path) : null;
          case SMALLINT -> isInteger ? new Smallint(path) : null;
          case INT -> isInteger ? new Int(path) : null;
          case BIGINT, COUNTER -> isInteger ? BIGINT : path.metadata() ? writeTime(iceberg) : null;
          case FLOAT -> id == TypeID.FLOAT ? FLOAT : null;
          case DOUBLE -> real(id);
          case DATE -> id == TypeID.DATE ? new Date(path) : temporalText(path, cql, id);
          case TIME -> time(path, cql, id);
          case TIMESTAMP -> timestamp(path, cql, iceberg);
          case DECIMAL -> decimal(path, id, isInteger);
          case VARINT -> varint(path, id, isInteger);
          case DURATION ->
              id == TypeID.STRUCT
                  ? duration(path, iceberg.asStructType())
                  : temporalText(path, cql, id);
          case INET -> id == TypeID.STRING ? new Inet(path) : null;
          case UUID, TIMEUUID -> uuid(path, CqlKind.of(cql), id);
          case LIST -> list(path, ((ListType) cql).getElementType(), iceberg);
          case SET -> list(path, ((SetType) cql).getElementType(), iceberg);
          case MAP -> map(path, (MapType) cql, iceberg);
          case VECTOR -> vector(path, (VectorType) cql, iceberg);
          case TUPLE -> id == TypeID.STRUCT ? tuple(path, cql, iceberg.asStructType()) : null;
          case UDT -> id == TypeID.STRUCT ? byName(path, cql, iceberg.asStructType()) : null;
          case CUSTOM -> null;
        };
    if (encoder == null) {
      throw new IncompatibleTypeException(
          UNSUPPORTED.contains(id)
              ? "no CQL type can hold a " + iceberg
              : path.path()
                  + " is "
                  + CqlTypes.text(cql)
                  + " and cannot be converted from "
                  + iceberg);
    }
    return encoder;
  }

  private static @Nullable ValueEncoder blob(TypeID id) {
    return switch (id) {
      case BINARY -> BINARY;
      case FIXED -> FIXED;
      default -> null;
    };
  }

  private static @Nullable ValueEncoder real(TypeID id) {
    return switch (id) {
      case DOUBLE -> DOUBLE;
      case FLOAT -> FLOAT_AS_DOUBLE;
      default -> null;
    };
  }

  private @Nullable ValueEncoder time(ValuePath path, DataType cql, TypeID id) {
    return switch (id) {
      case LONG -> new NanosecondsOfDay(path);
      case TIME -> TIME;
      default -> temporalText(path, cql, id);
    };
  }

  private static @Nullable ValueEncoder writeTime(Type iceberg) {
    return iceberg instanceof Types.TimestampType micros && micros.shouldAdjustToUTC()
        ? WRITE_TIME
        : null;
  }

  /** Texts of dates and times have one form only, unlike those of other numbers. */
  private @Nullable ValueEncoder temporalText(ValuePath path, DataType cql, TypeID id) {
    return id == TypeID.STRING
        ? new ParsedText(path, TextReader.of(path, cql, options.text()))
        : null;
  }

  private @Nullable ValueEncoder timestamp(ValuePath path, DataType cql, Type iceberg) {
    if (isInstant(iceberg)) {
      return new Timestamp(path, ZoneOffset.UTC, options.truncatesTimestamps());
    } else if (iceberg.typeId() == TypeID.TIMESTAMP || iceberg.typeId() == TypeID.TIMESTAMP_NANO) {
      ZoneId zone =
          options
              .timeZone()
              .orElseThrow(
                  () ->
                      new IncompatibleTypeException(
                          "its timestamps have no time zone; set their zone with "
                              + Setting.TIME_ZONE.callWithValue()));
      return new Timestamp(path, zone, options.truncatesTimestamps());
    }
    return temporalText(path, cql, iceberg.typeId());
  }

  /** Whether timestamps of a type are moments, not readings of an unknown clock. */
  static boolean isInstant(Type iceberg) {
    return (iceberg instanceof Types.TimestampType micros && micros.shouldAdjustToUTC())
        || (iceberg instanceof Types.TimestampNanoType nanos && nanos.shouldAdjustToUTC());
  }

  private static @Nullable ValueEncoder decimal(ValuePath path, TypeID id, boolean isInteger) {
    if (isInteger) {
      return INTEGER_AS_DECIMAL;
    }
    return switch (id) {
      case STRING -> new DecimalText(path);
      case DECIMAL -> DECIMAL;
      default -> null;
    };
  }

  private static @Nullable ValueEncoder varint(ValuePath path, TypeID id, boolean isInteger) {
    if (isInteger) {
      return INTEGER_AS_VARINT;
    }
    return switch (id) {
      case STRING -> new VarintText(path);
      case DECIMAL -> new DecimalAsVarint(path);
      default -> null;
    };
  }

  private static @Nullable ValueEncoder uuid(ValuePath path, CqlKind kind, TypeID id) {
    Uuid encoder = new Uuid(path, kind == CqlKind.TIMEUUID);
    return switch (id) {
      case UUID -> encoder;
      case STRING -> new UuidText(path, encoder);
      default -> null;
    };
  }

  private @Nullable ValueEncoder list(ValuePath path, DataType element, Type iceberg) {
    return iceberg.isListType()
        ? new ListEncoder(
            path,
            of(path.child("element"), element, iceberg.asListType().elementType()),
            options.dropsNullElements())
        : null;
  }

  private @Nullable ValueEncoder map(ValuePath path, MapType cql, Type iceberg) {
    return iceberg.isMapType()
        ? new MapEncoder(
            path,
            of(path.child("key"), cql.getKeyType(), iceberg.asMapType().keyType()),
            of(path.child("value"), cql.getValueType(), iceberg.asMapType().valueType()),
            options.dropsNullElements())
        : null;
  }

  private @Nullable ValueEncoder vector(ValuePath path, VectorType cql, Type iceberg) {
    if (!iceberg.isListType()) {
      return null;
    }
    DataType element = cql.getElementType();
    return new VectorEncoder(
        path,
        of(path.child("element"), element, iceberg.asListType().elementType()),
        cql.getDimensions(),
        CqlKind.lengthInVector(element) == CqlKind.VARIABLE);
  }

  private static ValueEncoder duration(ValuePath path, Types.StructType iceberg) {
    if (iceberg.fields().size() != 3) {
      throw new IncompatibleTypeException(
          path.path() + " is a duration and needs exactly the fields months, days and nanoseconds");
    }
    return new DurationEncoder(
        path,
        durationPart(path, iceberg, IcebergTypes.MONTHS),
        durationPart(path, iceberg, IcebergTypes.DAYS),
        durationPart(path, iceberg, IcebergTypes.NANOSECONDS));
  }

  private static int durationPart(ValuePath path, Types.StructType iceberg, String name) {
    NestedField field = iceberg.field(name);
    if (field == null
        || (field.type().typeId() != TypeID.INTEGER && field.type().typeId() != TypeID.LONG)) {
      throw new IncompatibleTypeException(
          path.path() + " is a duration and needs a field " + name + " of type int or long");
    }
    return iceberg.fields().indexOf(field);
  }

  private ValueEncoder tuple(ValuePath path, DataType cql, Types.StructType iceberg) {
    boolean hasOwnNames =
        iceberg.fields().stream()
            .allMatch(field -> CqlTypes.fieldNames(cql).contains(field.name()));
    if (hasOwnNames) {
      return byName(path, cql, iceberg);
    }
    List<DataType> types = CqlTypes.fieldTypes(cql);
    List<NestedField> fields = iceberg.fields();
    if (fields.size() > types.size()) {
      throw new IncompatibleTypeException(
          path.path() + " is a tuple of " + types.size() + " fields, not of " + fields.size());
    }
    List<Field> encoders = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      encoders.add(
          i < fields.size()
              ? new Field(i, of(path.child("f" + i), types.get(i), fields.get(i).type()))
              : Field.ALWAYS_NULL);
    }
    return new TupleEncoder(path, encoders);
  }

  private ValueEncoder byName(ValuePath path, DataType cql, Types.StructType iceberg) {
    List<String> names = CqlTypes.fieldNames(cql);
    FieldNames matched =
        FieldNames.match(iceberg.fields().stream().map(NestedField::name).toList(), names);
    for (NestedField field : iceberg.fields()) {
      if (matched.column(field.name()).isEmpty()) {
        throw new IncompatibleTypeException(
            path.path() + " has no field " + field.name() + ", so its values would be lost");
      }
    }
    List<Field> encoders = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = matched.fields().get(names.get(i));
      NestedField field = name == null ? null : iceberg.field(name);
      encoders.add(
          field == null
              ? Field.ALWAYS_NULL
              : new Field(
                  iceberg.fields().indexOf(field),
                  of(path.child(names.get(i)), CqlTypes.fieldTypes(cql).get(i), field.type())));
    }
    return new TupleEncoder(path, encoders);
  }

  /** Appends the value with a length prefix of four bytes. */
  private static void encodeWithLength(ValueEncoder encoder, Object value, ByteSink out) {
    int start = out.size();
    out.putInt(0);
    encoder.encode(value, out);
    out.setInt(start, out.size() - start - Integer.BYTES);
  }

  private static Object notNull(ValuePath path, @Nullable Object value) {
    if (value == null) {
      throw path.error("contains a null, which no vector allows");
    }
    return value;
  }

  private static UnrepresentableValueException nullElement(ValuePath path) {
    return path.error(
        "contains a null, which no collection allows; leave nulls out with "
            + Setting.DROP_NULL_ELEMENTS.call());
  }

  /** A list or a set. The server sorts a set and removes duplicates. */
  private record ListEncoder(ValuePath path, ValueEncoder element, boolean dropsNulls)
      implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      int start = out.size();
      out.putInt(0);
      int count = 0;
      for (@Nullable Object each : (Collection<?>) value) {
        if (each != null) {
          encodeWithLength(element, each, out);
          count++;
        } else if (!dropsNulls) {
          throw nullElement(path);
        }
      }
      out.setInt(start, count);
    }
  }

  private record MapEncoder(
      ValuePath path, ValueEncoder key, ValueEncoder element, boolean dropsNulls)
      implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      int start = out.size();
      out.putInt(0);
      int count = 0;
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        @Nullable Object name = entry.getKey();
        @Nullable Object content = entry.getValue();
        if (name != null && content != null) {
          encodeWithLength(key, name, out);
          encodeWithLength(element, content, out);
          count++;
        } else if (!dropsNulls) {
          throw nullElement(path);
        }
      }
      out.setInt(start, count);
    }
  }

  /**
   * A vector.
   *
   * @param variable whether each element has a length prefix
   */
  private record VectorEncoder(
      ValuePath path, ValueEncoder element, int dimension, boolean variable)
      implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      Collection<?> elements = (Collection<?>) value;
      if (elements.size() != dimension) {
        throw path.error(
            "has " + elements.size() + " elements; the vector's dimension is " + dimension);
      }
      ByteSink scratch = new ByteSink(0);
      for (Object each : elements) {
        if (variable) {
          scratch.clear();
          element.encode(notNull(path, each), scratch);
          VInts.write(scratch.size(), out);
          out.put(scratch);
        } else {
          element.encode(notNull(path, each), out);
        }
      }
    }
  }

  /**
   * A field of a struct.
   *
   * @param position the field's position in the Iceberg struct; -1 if the struct lacks it
   */
  private record Field(int position, ValueEncoder encoder) {

    static final Field ALWAYS_NULL = new Field(-1, NONE);

    private void encode(StructLike struct, ByteSink out) {
      Object value = position < 0 ? null : struct.get(position, Object.class);
      if (value == null) {
        out.putInt(NULL);
      } else {
        encodeWithLength(encoder, value, out);
      }
    }
  }

  /** A tuple or user-defined type, with its fields in CQL's order. */
  private record TupleEncoder(ValuePath path, List<Field> fields) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      StructLike struct = (StructLike) value;
      for (Field field : fields) {
        field.encode(struct, out);
      }
    }
  }

  /** A duration; the numbers are the positions of its parts in the Iceberg struct. */
  private record DurationEncoder(ValuePath path, int months, int days, int nanoseconds)
      implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      StructLike struct = (StructLike) value;
      long monthCount = part(struct, months, true);
      long dayCount = part(struct, days, true);
      long nanosecondCount = part(struct, nanoseconds, false);
      boolean hasPositive = monthCount > 0 || dayCount > 0 || nanosecondCount > 0;
      boolean hasNegative = monthCount < 0 || dayCount < 0 || nanosecondCount < 0;
      if (hasPositive && hasNegative) {
        throw path.error("is a duration whose parts differ in sign, which CQL does not allow");
      }
      VInts.write(VInts.fold(monthCount), out);
      VInts.write(VInts.fold(dayCount), out);
      VInts.write(VInts.fold(nanosecondCount), out);
    }

    private long part(StructLike struct, int position, boolean of32Bits) {
      Number number = struct.get(position, Number.class);
      if (number == null) {
        throw path.error("is a duration without all of months, days and nanoseconds");
      }
      long count = number.longValue();
      if (of32Bits && count != (int) count) {
        throw path.error("is a duration of " + count + " months or days, beyond 32 bits");
      }
      return count;
    }
  }

  private static long inRange(
      ValuePath path, CqlKind kind, Object value, long least, long greatest) {
    long number = ((Number) value).longValue();
    if (number < least || number > greatest) {
      throw path.error(
          String.format(
              "is %d, out of the range %d to %d of a CQL %s",
              number, least, greatest, kind.cqlName()));
    }
    return number;
  }

  private record Tinyint(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      out.putByte((int) inRange(path, CqlKind.TINYINT, value, Byte.MIN_VALUE, Byte.MAX_VALUE));
    }
  }

  private record Smallint(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      out.putShort((int) inRange(path, CqlKind.SMALLINT, value, Short.MIN_VALUE, Short.MAX_VALUE));
    }
  }

  private record Int(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      out.putInt((int) inRange(path, CqlKind.INT, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
  }

  private record Date(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      long day = ((LocalDate) value).toEpochDay();
      out.putInt(
          (int) inRange(path, CqlKind.DATE, day, Integer.MIN_VALUE, Integer.MAX_VALUE)
              ^ Integer.MIN_VALUE);
    }
  }

  private record NanosecondsOfDay(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      out.putLong(inRange(path, CqlKind.TIME, value, 0, LocalTime.MAX.toNanoOfDay()));
    }
  }

  /**
   * A timestamp.
   *
   * @param zone the zone of local times: in a gap of its clock the later hour, in an overlap the
   *     earlier offset
   * @param truncates whether what is finer than a millisecond is cut off, toward the past
   */
  private record Timestamp(ValuePath path, ZoneId zone, boolean truncates) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      Instant instant =
          value instanceof LocalDateTime local
              ? local.atZone(zone).toInstant()
              : ((OffsetDateTime) value).toInstant();
      if (!truncates && instant.getNano() % NANOS_PER_MILLI != 0) {
        throw path.error(
            "is "
                + instant
                + "; a CQL timestamp holds whole milliseconds only; cut off the rest with "
                + Setting.TRUNCATE_TIMESTAMPS.call());
      }
      try {
        out.putLong(instant.toEpochMilli());
      } catch (ArithmeticException e) {
        throw path.error("is " + instant + ", out of the range of a CQL timestamp");
      }
    }
  }

  private record Uuid(ValuePath path, boolean timeBased) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      UUID uuid = (UUID) value;
      if (timeBased && uuid.version() != 1) {
        throw path.error(
            "is " + uuid + " of version " + uuid.version() + "; a timeuuid has version 1");
      }
      out.putLong(uuid.getMostSignificantBits());
      out.putLong(uuid.getLeastSignificantBits());
    }
  }

  private static void put(BigDecimal value, ByteSink out) {
    byte[] unscaled = value.unscaledValue().toByteArray();
    out.reserve(Integer.BYTES + unscaled.length);
    out.putInt(value.scale());
    out.put(unscaled);
  }

  private record DecimalText(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = text(path, value);
      Numerals.requireFewDigits(path, text);
      try {
        put(Numerals.parseDecimal(text), out);
      } catch (NumberFormatException e) {
        throw path.error("contains \"" + text + "\", which is not a decimal number");
      }
    }
  }

  private record VarintText(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = text(path, value);
      Numerals.requireFewDigits(path, text);
      try {
        out.put(Numerals.parseVarint(text).toByteArray());
      } catch (NumberFormatException e) {
        throw path.error("contains \"" + text + "\", which is not an integer");
      }
    }
  }

  private record DecimalAsVarint(ValuePath path) implements ValueEncoder {
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

  /**
   * Returns the text of a string, or of its UTF-8 bytes, which readers of files return.
   *
   * @throws UnrepresentableValueException if the bytes are not well-formed UTF-8
   */
  static String text(ValuePath path, Object value) {
    if (value instanceof ByteBuffer bytes) {
      requireWellFormed(path, bytes);
      return UTF_8.decode(bytes.duplicate()).toString();
    }
    return ((CharSequence) value).toString();
  }

  private static void requireWellFormed(ValuePath path, ByteBuffer bytes) {
    if (!Utf8.isWellFormed(bytes, bytes.position(), bytes.remaining())) {
      throw path.error("contains bytes that are not well-formed UTF-8");
    }
  }

  private record Text(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      if (value instanceof ByteBuffer bytes) {
        requireWellFormed(path, bytes);
        out.put(bytes);
        return;
      }
      String text = ((CharSequence) value).toString();
      if (Utf8.hasLoneSurrogate(text)) {
        throw path.error("contains an unpaired surrogate, which UTF-8 cannot encode");
      }
      out.put(text.getBytes(UTF_8));
    }
  }

  private record Ascii(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = text(path, value);
      if (text.chars().anyMatch(c -> c >= 0x80)) {
        throw path.error("contains a character that is not ASCII");
      }
      out.put(text.getBytes(US_ASCII));
    }
  }

  private record Inet(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = text(path, value);
      byte[] address = InetText.parse(text);
      if (address == null) {
        throw path.error("contains \"" + text + "\", which is not an IP address");
      }
      out.put(address);
    }
  }

  /** Texts in the forms of CSV files. */
  private record ParsedText(ValuePath path, TextReader reader) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      out.put(reader.read(text(path, value)));
    }
  }

  private record UuidText(ValuePath path, Uuid uuids) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = text(path, value);
      uuids.encode(parse(text), out);
    }

    private UUID parse(String text) {
      try {
        UUID uuid = UUID.fromString(text);
        // UUID.fromString also accepts shortened groups.
        if (uuid.toString().equals(text.toLowerCase(Locale.ROOT))) {
          return uuid;
        }
      } catch (IllegalArgumentException e) {
        // Reported below, like shortened groups.
      }
      throw path.error("contains \"" + text + "\", which is not a UUID");
    }
  }
}
