package io.ringhaul.internal.parquet;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.internal.cql.PrimaryKey;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TableSchema.Column;
import io.ringhaul.schema.TableSchema.UserType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The CQL schema for the rows of a table or of files that another program wrote. Names become lower
 * case, unless two would be the same. Each struct becomes a frozen user-defined type with the name
 * of the table, the column and the fields that lead to it, joined by underscores. A column without
 * a CQL type has the reason in brackets in place of a type.
 */
public final class DerivedSchema {

  private final String keyspace;
  private final String table;
  private final Map<String, Column> columns = new LinkedHashMap<>();
  private final Map<String, UserType> types = new LinkedHashMap<>();

  /**
   * @param table the stored name of the table to create
   */
  public DerivedSchema(String keyspace, String table) {
    this.keyspace = keyspace;
    this.table = table;
  }

  /** Returns the schema of an Iceberg table, whose identifier fields are the partition key. */
  public static TableSchema of(String keyspace, String table, Schema schema) {
    DerivedSchema derived = new DerivedSchema(keyspace, table);
    derived.add(schema);
    Map<String, String> names = names(schema.columns());
    List<String> key =
        schema.columns().stream()
            .filter(field -> schema.identifierFieldIds().contains(field.fieldId()))
            .map(field -> names.getOrDefault(field.name(), field.name()))
            .toList();
    return key.isEmpty()
        ? derived.schema()
        : new PrimaryKey(key, List.of(), Set.of()).of(derived.schema());
  }

  /** Adds the columns of a file that earlier files do not have. */
  void add(ParquetFooter footer) {
    add(footer.schema());
    for (String name : footer.nulls()) {
      columns.putIfAbsent(lower(name), column(lower(name), "text"));
    }
    footer
        .unreadable()
        .forEach(
            (name, problem) ->
                columns.putIfAbsent(lower(name), column(lower(name), "(" + problem + ")")));
  }

  private void add(Schema schema) {
    Map<String, String> names = names(schema.columns());
    for (NestedField field : schema.columns()) {
      String name = names.getOrDefault(field.name(), field.name());
      if (!columns.containsKey(name)) {
        columns.put(name, column(name, type(field.type(), table + "_" + name, false)));
      }
    }
  }

  TableSchema schema() {
    return new TableSchema(
        keyspace, table, List.of(), List.copyOf(columns.values()), List.copyOf(types.values()));
  }

  private static Column column(String name, String type) {
    return new Column(name, type, Kind.REGULAR, false);
  }

  /** Returns the names of columns or fields by those of their Iceberg fields. */
  private static Map<String, String> names(List<NestedField> fields) {
    Map<String, Long> counts =
        fields.stream()
            .collect(Collectors.groupingBy(field -> lower(field.name()), Collectors.counting()));
    Map<String, String> names = new LinkedHashMap<>();
    for (NestedField field : fields) {
      String lower = lower(field.name());
      names.put(field.name(), counts.getOrDefault(lower, 0L) > 1 ? field.name() : lower);
    }
    return names;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the CQL type.
   *
   * @param path the name of the user-defined type of a struct
   * @param isNested whether a collection must be frozen
   */
  private String type(Type type, String path, boolean isNested) {
    List<Type> without = new ArrayList<>();
    collectUnsupported(type, without);
    if (!without.isEmpty()) {
      return "(no CQL type can hold a " + without.get(0) + ")";
    }
    return switch (type.typeId()) {
      case BOOLEAN -> "boolean";
      case INTEGER -> "int";
      case LONG -> "bigint";
      case FLOAT -> "float";
      case DOUBLE -> "double";
      case DATE -> "date";
      case TIME -> "time";
      case TIMESTAMP, TIMESTAMP_NANO -> "timestamp";
      case UUID -> "uuid";
      case FIXED, BINARY -> "blob";
      case DECIMAL -> "decimal";
      case LIST ->
          collection("list<" + type(type.asListType().elementType(), path, true) + ">", isNested);
      case MAP -> {
        Types.MapType map = type.asMapType();
        yield collection(
            String.format(
                "map<%s, %s>",
                type(map.keyType(), path + "_key", true), type(map.valueType(), path, true)),
            isNested);
      }
      case STRUCT -> "frozen<" + userType(type.asStructType(), path) + ">";
      default -> "text"; // strings, and unknown, whose values are null
    };
  }

  private static String collection(String type, boolean isNested) {
    return isNested ? "frozen<" + type + ">" : type;
  }

  private String userType(Types.StructType struct, String path) {
    Map<String, String> names = names(struct.fields());
    Map<String, String> fields = new LinkedHashMap<>();
    for (NestedField field : struct.fields()) {
      String name = names.getOrDefault(field.name(), field.name());
      fields.put(name, type(field.type(), path + "_" + name, true));
    }
    String plain = lower(path).replaceAll("[^a-z0-9_]", "_");
    String name = plain;
    for (int i = 2; types.containsKey(name); i++) {
      name = plain + "_" + i;
    }
    types.put(name, new UserType(name, fields));
    return CqlIdentifier.fromInternal(name).asCql(true);
  }

  /** Collects types that no CQL type can hold, and structs without fields. */
  private static void collectUnsupported(Type type, List<Type> found) {
    if (ValueEncoders.UNSUPPORTED.contains(type.typeId())
        || (type.typeId() == TypeID.STRUCT && type.asStructType().fields().isEmpty())) {
      found.add(type);
    } else if (type.isNestedType()) {
      type.asNestedType().fields().forEach(field -> collectUnsupported(field.type(), found));
    }
  }
}
