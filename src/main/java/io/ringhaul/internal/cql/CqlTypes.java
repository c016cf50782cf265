package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.VectorType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Formats CQL types and lists their parts. */
public final class CqlTypes {

  private CqlTypes() {}

  /**
   * Returns the exact CQL text of a type, with frozen parts, with identifiers quoted where CQL
   * needs it, and with user-defined types without their keyspace.
   */
  public static String text(DataType type) {
    // The driver formats a vector as a class name without its element type, also inside containers.
    return switch (CqlKind.of(type)) {
      case LIST -> {
        ListType list = (ListType) type;
        yield frozen(list.isFrozen(), "list<" + text(list.getElementType()) + ">");
      }
      case SET -> {
        SetType set = (SetType) type;
        yield frozen(set.isFrozen(), "set<" + text(set.getElementType()) + ">");
      }
      case MAP -> {
        MapType map = (MapType) type;
        yield frozen(
            map.isFrozen(),
            "map<" + text(map.getKeyType()) + ", " + text(map.getValueType()) + ">");
      }
      case TUPLE ->
          ((TupleType) type)
              .getComponentTypes().stream()
                  .map(CqlTypes::text)
                  .collect(Collectors.joining(", ", "frozen<tuple<", ">>"));
      case VECTOR -> {
        VectorType vector = (VectorType) type;
        yield "vector<" + text(vector.getElementType()) + ", " + vector.getDimensions() + ">";
      }
      case UDT -> {
        // A column can only use types of its own keyspace, so the keyspace is redundant.
        UserDefinedType udt = (UserDefinedType) type;
        yield frozen(udt.isFrozen(), udt.getName().asCql(true));
      }
      default -> type.asCql(true, true);
    };
  }

  /** Returns the direct component types of a type; empty for a scalar. */
  public static Set<DataType> parts(DataType type) {
    return switch (CqlKind.of(type)) {
      case LIST -> Set.of(((ListType) type).getElementType());
      case SET -> Set.of(((SetType) type).getElementType());
      case VECTOR -> Set.of(((VectorType) type).getElementType());
      case MAP -> {
        MapType map = (MapType) type;
        yield new LinkedHashSet<>(List.of(map.getKeyType(), map.getValueType()));
      }
      case TUPLE, UDT -> new LinkedHashSet<>(fieldTypes(type));
      default -> Set.of();
    };
  }

  private static String frozen(boolean frozen, String text) {
    return frozen ? "frozen<" + text + ">" : text;
  }

  /** Returns the field names of a tuple (f0, f1, ..) or user-defined type. */
  public static List<String> fieldNames(DataType type) {
    if (type instanceof UserDefinedType udt) {
      return udt.getFieldNames().stream()
          .map(CqlIdentifier::asInternal)
          .collect(Collectors.toList());
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < fieldTypes(type).size(); i++) {
      names.add("f" + i);
    }
    return names;
  }

  /** Returns the field types of a tuple or user-defined type. */
  public static List<DataType> fieldTypes(DataType type) {
    return type instanceof UserDefinedType udt
        ? udt.getFieldTypes()
        : ((TupleType) type).getComponentTypes();
  }
}
