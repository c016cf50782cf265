package io.ringhaul.internal.parquet;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.internal.parquet.NestedEncoders.Field;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Chooses the encoders of a column: which Iceberg types fit which CQL types is decided here. */
final class ValueEncoders {

  private ValueEncoders() {}

  /**
   * The encoder from the Iceberg type to the CQL type.
   *
   * @throws IncompatibleTypeException if they do not fit
   */
  static ValueEncoder of(ValuePath path, DataType cql, Type iceberg) {
    TypeID id = iceberg.typeId();
    boolean isInteger = id == TypeID.INTEGER || id == TypeID.LONG;
    @Nullable ValueEncoder encoder =
        switch (CqlKind.of(cql)) {
          case ASCII -> id == TypeID.STRING ? new TextEncoders.Ascii(path) : null;
          case TEXT -> id == TypeID.STRING ? new TextEncoders.Text(path) : null;
          case BLOB -> blob(id);
          case BOOLEAN -> id == TypeID.BOOLEAN ? ScalarEncoders.BOOLEAN : null;
          case TINYINT -> isInteger ? new ScalarEncoders.Tinyint(path) : null;
          case SMALLINT -> isInteger ? new ScalarEncoders.Smallint(path) : null;
          case INT -> isInteger ? new ScalarEncoders.Int(path) : null;
          case BIGINT, COUNTER -> isInteger ? ScalarEncoders.BIGINT : null;
          case FLOAT -> id == TypeID.FLOAT ? ScalarEncoders.FLOAT : null;
          case DOUBLE -> real(id);
          case DATE -> id == TypeID.DATE ? new ScalarEncoders.Date(path) : null;
          case TIME -> time(path, id);
          case TIMESTAMP -> timestamp(path, iceberg);
          case DECIMAL -> decimal(path, id, isInteger);
          case VARINT -> varint(path, id, isInteger);
          case DURATION -> id == TypeID.STRUCT ? duration(path, iceberg.asStructType()) : null;
          case INET -> id == TypeID.STRING ? new TextEncoders.Inet(path) : null;
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
          path.path() + " is " + CqlTypes.text(cql) + " and cannot be made from " + iceberg);
    }
    return encoder;
  }

  private static @Nullable ValueEncoder blob(TypeID id) {
    return switch (id) {
      case BINARY -> ScalarEncoders.BINARY;
      case FIXED -> ScalarEncoders.FIXED;
      default -> null;
    };
  }

  private static @Nullable ValueEncoder real(TypeID id) {
    return switch (id) {
      case DOUBLE -> ScalarEncoders.DOUBLE;
      case FLOAT -> ScalarEncoders.FLOAT_AS_DOUBLE;
      default -> null;
    };
  }

  private static @Nullable ValueEncoder time(ValuePath path, TypeID id) {
    return switch (id) {
      case LONG -> new ScalarEncoders.NanosecondsOfDay(path);
      case TIME -> ScalarEncoders.TIME;
      default -> null;
    };
  }

  private static @Nullable ValueEncoder timestamp(ValuePath path, Type iceberg) {
    // A timestamp without a zone is no instant: whoever knows the zone must say so.
    boolean isInstant =
        (iceberg instanceof Types.TimestampType micros && micros.shouldAdjustToUTC())
            || (iceberg instanceof Types.TimestampNanoType nanos && nanos.shouldAdjustToUTC());
    return isInstant ? new ScalarEncoders.Timestamp(path) : null;
  }

  private static @Nullable ValueEncoder decimal(ValuePath path, TypeID id, boolean isInteger) {
    if (isInteger) {
      return NumeralEncoders.INTEGER_AS_DECIMAL;
    }
    return switch (id) {
      case STRING -> new NumeralEncoders.DecimalText(path);
      case DECIMAL -> NumeralEncoders.DECIMAL;
      default -> null;
    };
  }

  private static @Nullable ValueEncoder varint(ValuePath path, TypeID id, boolean isInteger) {
    if (isInteger) {
      return NumeralEncoders.INTEGER_AS_VARINT;
    }
    return switch (id) {
      case STRING -> new NumeralEncoders.VarintText(path);
      case DECIMAL -> new NumeralEncoders.DecimalAsVarint(path);
      default -> null;
    };
  }

  private static @Nullable ValueEncoder uuid(ValuePath path, CqlKind kind, TypeID id) {
    ScalarEncoders.Uuid encoder = new ScalarEncoders.Uuid(path, kind == CqlKind.TIMEUUID);
    return switch (id) {
      case UUID -> encoder;
      case STRING -> new TextEncoders.UuidText(path, encoder);
      default -> null;
    };
  }

  private static @Nullable ValueEncoder list(ValuePath path, DataType element, Type iceberg) {
    return iceberg.isListType()
        ? new NestedEncoders.ListEncoder(
            path, of(path.child("element"), element, iceberg.asListType().elementType()))
        : null;
  }

  private static @Nullable ValueEncoder map(ValuePath path, MapType cql, Type iceberg) {
    return iceberg.isMapType()
        ? new NestedEncoders.MapEncoder(
            path,
            of(path.child("key"), cql.getKeyType(), iceberg.asMapType().keyType()),
            of(path.child("value"), cql.getValueType(), iceberg.asMapType().valueType()))
        : null;
  }

  private static @Nullable ValueEncoder vector(ValuePath path, VectorType cql, Type iceberg) {
    if (!iceberg.isListType()) {
      return null;
    }
    DataType element = cql.getElementType();
    return new NestedEncoders.VectorEncoder(
        path,
        of(path.child("element"), element, iceberg.asListType().elementType()),
        cql.getDimensions(),
        CqlKind.lengthInVector(element) == CqlKind.VARIABLE);
  }

  private static ValueEncoder duration(ValuePath path, Types.StructType iceberg) {
    if (iceberg.fields().size() != 3) {
      throw new IncompatibleTypeException(
          path.path() + " is a duration and needs the fields months, days and nanoseconds alone");
    }
    return new NestedEncoders.DurationEncoder(
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

  private static ValueEncoder tuple(ValuePath path, DataType cql, Types.StructType iceberg) {
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
    return new NestedEncoders.TupleEncoder(path, encoders);
  }

  private static ValueEncoder byName(ValuePath path, DataType cql, Types.StructType iceberg) {
    List<String> names = CqlTypes.fieldNames(cql);
    for (NestedField field : iceberg.fields()) {
      if (!names.contains(field.name())) {
        throw new IncompatibleTypeException(
            path.path() + " has no field " + field.name() + ", so its values would be lost");
      }
    }
    List<Field> encoders = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      NestedField field = iceberg.field(names.get(i));
      encoders.add(
          field == null
              ? Field.ALWAYS_NULL
              : new Field(
                  iceberg.fields().indexOf(field),
                  of(path.child(names.get(i)), CqlTypes.fieldTypes(cql).get(i), field.type())));
    }
    return new NestedEncoders.TupleEncoder(path, encoders);
  }
}
