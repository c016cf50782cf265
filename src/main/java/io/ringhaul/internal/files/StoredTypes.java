package io.ringhaul.internal.files;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.TypeText;
import io.ringhaul.schema.TableSchema;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether values of a type that was stored as a text can go to a column of today's table without
 * meaning something else. They can if the types are the same but for {@code frozen}; if a
 * user-defined type or tuple has got more fields; between the integers, from an integer to a
 * decimal, between ascii and text and between uuid and timeuuid, where the reader refuses the
 * values that do not fit.
 */
final class StoredTypes {

  private static final Set<CqlKind> INTEGERS =
      EnumSet.of(
          CqlKind.TINYINT,
          CqlKind.SMALLINT,
          CqlKind.INT,
          CqlKind.BIGINT,
          CqlKind.VARINT,
          CqlKind.COUNTER);
  private static final Set<CqlKind> TEXTS = EnumSet.of(CqlKind.ASCII, CqlKind.TEXT);
  private static final Set<CqlKind> UUIDS = EnumSet.of(CqlKind.UUID, CqlKind.TIMEUUID);

  private final TableSchema schema;

  StoredTypes(TableSchema schema) {
    this.schema = schema;
  }

  /** Whether values of the stored type can go to a column of the given one. */
  boolean fits(String stored, DataType type) {
    if (stored.equals(CqlTypes.text(type)) && CqlKind.of(type) == CqlKind.CUSTOM) {
      return true;
    }
    return TypeText.parse(stored).filter(parsed -> fits(parsed, type)).isPresent();
  }

  private boolean fits(TypeText stored, DataType type) {
    List<TypeText> parts = stored.parts();
    return switch (CqlKind.of(type)) {
      case LIST -> stored.is("list", 1) && fits(parts.get(0), ((ListType) type).getElementType());
      case SET -> stored.is("set", 1) && fits(parts.get(0), ((SetType) type).getElementType());
      case MAP ->
          stored.is("map", 2)
              && fits(parts.get(0), ((MapType) type).getKeyType())
              && fits(parts.get(1), ((MapType) type).getValueType());
      case VECTOR -> {
        VectorType vector = (VectorType) type;
        yield stored.is("vector", 2)
            && parts.get(1).name().equals(Integer.toString(vector.getDimensions()))
            && fits(parts.get(0), vector.getElementType());
      }
      case TUPLE -> stored.name().equals("tuple") && tupleFits(parts, CqlTypes.fieldTypes(type));
      case UDT -> userType(stored).filter(fields -> structFits(fields, type)).isPresent();
      case CUSTOM -> false;
      default -> parts.isEmpty() && scalarFits(stored.name(), CqlKind.of(type));
    };
  }

  private boolean tupleFits(List<TypeText> stored, List<DataType> types) {
    if (stored.size() > types.size()) {
      return false;
    }
    for (int i = 0; i < stored.size(); i++) {
      if (!fits(stored.get(i), types.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean structFits(Map<String, String> stored, DataType type) {
    List<String> names = CqlTypes.fieldNames(type);
    List<DataType> types = CqlTypes.fieldTypes(type);
    return stored.entrySet().stream()
        .allMatch(
            field -> {
              int index = names.indexOf(field.getKey());
              return index >= 0 && fits(field.getValue(), types.get(index));
            });
  }

  private Optional<Map<String, String>> userType(TypeText stored) {
    if (!stored.parts().isEmpty()) {
      return Optional.empty();
    }
    String name = CqlIdentifier.fromCql(stored.name()).asInternal();
    return schema.userTypes().stream()
        .filter(type -> type.name().equals(name))
        .map(TableSchema.UserType::fields)
        .findFirst();
  }

  private static boolean scalarFits(String stored, CqlKind kind) {
    for (CqlKind each : CqlKind.values()) {
      if (each.cqlName().equals(stored)) {
        return each == kind
            || (INTEGERS.contains(each) && (INTEGERS.contains(kind) || kind == CqlKind.DECIMAL))
            || (TEXTS.contains(each) && TEXTS.contains(kind))
            || (UUIDS.contains(each) && UUIDS.contains(kind));
      }
    }
    return false;
  }
}
