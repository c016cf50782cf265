package io.ringhaul.parquet;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.cql.CqlKind;
import io.ringhaul.cql.CqlTypes;
import io.ringhaul.cql.Site;
import io.ringhaul.parquet.NestedEncoders.Field;
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
  static ValueEncoder of(Site site, DataType cql, Type iceberg) {
    TypeID id = iceberg.typeId();
    boolean isInteger = id == TypeID.INTEGER || id == TypeID.LONG;
    @Nullable ValueEncoder encoder =
        switch (CqlKind.of(cql)) {
          case ASCII -> id == TypeID.STRING ? new TextEncoders.Ascii(site) : null;
          case TEXT -> id == TypeID.STRING ? new TextEncoders.Text(site) : null;
          case BLOB -> blob(id);
          case BOOLEAN -> id == TypeID.BOOLEAN ? ScalarEncoders.BOOLEAN : null;
          case TINYINT -> isInteger ? new ScalarEncoders.Tinyint(site) : null;
          case SMALLINT -> isInteger ? new ScalarEncoders.Smallint(site) : null;
          case INT -> isInteger ? new ScalarEncoders.Int(site) : null;
          case BIGINT, COUNTER -> isInteger ? ScalarEncoders.BIGINT : null;
          case FLOAT -> id == TypeID.FLOAT ? ScalarEncoders.FLOAT : null;
          case DOUBLE -> real(id);
          case DATE -> id == TypeID.DATE ? new ScalarEncoders.Date(site) : null;
          case TIME -> time(site, id);
          case TIMESTAMP -> timestamp(site, iceberg);
          case DECIMAL -> decimal(site, id, isInteger);
          case VARINT -> varint(site, id, isInteger);
          case DURATION -> id == TypeID.STRUCT ? duration(site, iceberg.asStructType()) : null;
          case INET -> id == TypeID.STRING ? new TextEncoders.Inet(site) : null;
          case UUID, TIMEUUID -> uuid(site, CqlKind.of(cql), id);
          case LIST -> list(site, ((ListType) cql).getElementType(), iceberg);
          case SET -> list(site, ((SetType) cql).getElementType(), iceberg);
          case MAP -> map(site, (MapType) cql, iceberg);
          case VECTOR -> vector(site, (VectorType) cql, iceberg);
          case TUPLE -> id == TypeID.STRUCT ? tuple(site, cql, iceberg.asStructType()) : null;
          case UDT -> id == TypeID.STRUCT ? byName(site, cql, iceberg.asStructType()) : null;
          case CUSTOM -> null;
        };
    if (encoder == null) {
      throw new IncompatibleTypeException(
          site.path() + " is " + CqlTypes.text(cql) + " and cannot be made from " + iceberg);
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

  private static @Nullable ValueEncoder time(Site site, TypeID id) {
    return switch (id) {
      case LONG -> new ScalarEncoders.NanosecondsOfDay(site);
      case TIME -> ScalarEncoders.TIME;
      default -> null;
    };
  }

  private static @Nullable ValueEncoder timestamp(Site site, Type iceberg) {
    // A timestamp without a zone is no instant: whoever knows the zone must say so.
    boolean isInstant =
        (iceberg instanceof Types.TimestampType micros && micros.shouldAdjustToUTC())
            || (iceberg instanceof Types.TimestampNanoType nanos && nanos.shouldAdjustToUTC());
    return isInstant ? new ScalarEncoders.Timestamp(site) : null;
  }

  private static @Nullable ValueEncoder decimal(Site site, TypeID id, boolean isInteger) {
    if (isInteger) {
      return NumeralEncoders.INTEGER_AS_DECIMAL;
    }
    return switch (id) {
      case STRING -> new NumeralEncoders.DecimalText(site);
      case DECIMAL -> NumeralEncoders.DECIMAL;
      default -> null;
    };
  }

  private static @Nullable ValueEncoder varint(Site site, TypeID id, boolean isInteger) {
    if (isInteger) {
      return NumeralEncoders.INTEGER_AS_VARINT;
    }
    return switch (id) {
      case STRING -> new NumeralEncoders.VarintText(site);
      case DECIMAL -> new NumeralEncoders.DecimalAsVarint(site);
      default -> null;
    };
  }

  private static @Nullable ValueEncoder uuid(Site site, CqlKind kind, TypeID id) {
    ScalarEncoders.Uuid encoder = new ScalarEncoders.Uuid(site, kind == CqlKind.TIMEUUID);
    return switch (id) {
      case UUID -> encoder;
      case STRING -> new TextEncoders.UuidText(site, encoder);
      default -> null;
    };
  }

  private static @Nullable ValueEncoder list(Site site, DataType element, Type iceberg) {
    return iceberg.isListType()
        ? new NestedEncoders.ListEncoder(
            site, of(site.child("element"), element, iceberg.asListType().elementType()))
        : null;
  }

  private static @Nullable ValueEncoder map(Site site, MapType cql, Type iceberg) {
    return iceberg.isMapType()
        ? new NestedEncoders.MapEncoder(
            site,
            of(site.child("key"), cql.getKeyType(), iceberg.asMapType().keyType()),
            of(site.child("value"), cql.getValueType(), iceberg.asMapType().valueType()))
        : null;
  }

  private static @Nullable ValueEncoder vector(Site site, VectorType cql, Type iceberg) {
    if (!iceberg.isListType()) {
      return null;
    }
    DataType element = cql.getElementType();
    return new NestedEncoders.VectorEncoder(
        site,
        of(site.child("element"), element, iceberg.asListType().elementType()),
        cql.getDimensions(),
        CqlKind.lengthInVector(element) == CqlKind.VARIABLE);
  }

  private static ValueEncoder duration(Site site, Types.StructType iceberg) {
    if (iceberg.fields().size() != 3) {
      throw new IncompatibleTypeException(
          site.path() + " is a duration and needs the fields months, days and nanoseconds alone");
    }
    return new NestedEncoders.DurationEncoder(
        site,
        durationPart(site, iceberg, IcebergTypes.MONTHS),
        durationPart(site, iceberg, IcebergTypes.DAYS),
        durationPart(site, iceberg, IcebergTypes.NANOSECONDS));
  }

  private static int durationPart(Site site, Types.StructType iceberg, String name) {
    NestedField field = iceberg.field(name);
    if (field == null
        || (field.type().typeId() != TypeID.INTEGER && field.type().typeId() != TypeID.LONG)) {
      throw new IncompatibleTypeException(
          site.path() + " is a duration and needs a field " + name + " of type int or long");
    }
    return iceberg.fields().indexOf(field);
  }

  private static ValueEncoder tuple(Site site, DataType cql, Types.StructType iceberg) {
    boolean hasOwnNames =
        iceberg.fields().stream()
            .allMatch(field -> CqlTypes.fieldNames(cql).contains(field.name()));
    if (hasOwnNames) {
      return byName(site, cql, iceberg);
    }
    List<DataType> types = CqlTypes.fieldTypes(cql);
    List<NestedField> fields = iceberg.fields();
    if (fields.size() > types.size()) {
      throw new IncompatibleTypeException(
          site.path() + " is a tuple of " + types.size() + " fields, not of " + fields.size());
    }
    List<Field> encoders = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      encoders.add(
          i < fields.size()
              ? new Field(i, of(site.child("f" + i), types.get(i), fields.get(i).type()))
              : Field.ALWAYS_NULL);
    }
    return new NestedEncoders.TupleEncoder(site, encoders);
  }

  private static ValueEncoder byName(Site site, DataType cql, Types.StructType iceberg) {
    List<String> names = CqlTypes.fieldNames(cql);
    for (NestedField field : iceberg.fields()) {
      if (!names.contains(field.name())) {
        throw new IncompatibleTypeException(
            site.path() + " has no field " + field.name() + ", so its values would be lost");
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
                  of(site.child(names.get(i)), CqlTypes.fieldTypes(cql).get(i), field.type())));
    }
    return new NestedEncoders.TupleEncoder(site, encoders);
  }
}
