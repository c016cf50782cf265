package io.ringhaul.internal.parquet;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.UuidForm;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.parquet.TypeChoices.ColumnTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.avro.AvroSchemaUtil;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.DecimalType;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** The Iceberg types that hold CQL values without loss. */
public final class IcebergTypes {

  /** The fields of the struct for a duration. */
  static final String MONTHS = "months";

  static final String DAYS = "days";
  static final String NANOSECONDS = "nanoseconds";

  private IcebergTypes() {}

  /**
   * Returns the Iceberg schema of a table's columns in the given order. Field ids start at 1, in
   * the order that Iceberg assigns to a new table. Each field's doc is the column's exact CQL type.
   *
   * @param table decides which columns can be null, and is named in messages
   * @param columns some or all of the table's columns
   * @throws UnsuitableTableException if a column's type has no Iceberg type, or if two names are
   *     equal in Iceberg or Parquet
   */
  public static Schema schema(TableDescription table, List<ColumnDescription> columns) {
    return schema(table, columns, TypeChoices.NONE);
  }

  /**
   * Returns the schema of {@link #schema(TableDescription, List)} with chosen types for some
   * columns.
   *
   * @throws UnsuitableTableException as {@link #schema(TableDescription, List)}
   * @throws io.ringhaul.exceptions.InvalidSettingException if a choice does not match a column
   */
  public static Schema schema(
      TableDescription table, List<ColumnDescription> columns, TypeChoices choices) {
    choices.requireFit(columns);
    boolean hasStatics = table.hasStatics();
    IntSupplier ids = counter();
    List<NestedField> fields = new ArrayList<>();
    for (ColumnDescription column : columns) {
      Type type = type(table, column, choices.of(column), ids);
      fields.add(
          NestedField.builder()
              .withId(ids.getAsInt())
              .withName(column.name())
              .isOptional(column.isNullable(hasStatics))
              .ofType(type)
              .withDoc(doc(column, type))
              .build());
    }
    try {
      requireDistinctInParquet(
          columns.stream().map(ColumnDescription::name).collect(Collectors.toList()));
      Types.StructType struct = Types.StructType.of(fields);
      TypeUtil.indexByName(struct); // throws for a column "a.b" beside a field b of a column a
      return TypeUtil.assignIncreasingFreshIds(new Schema(fields));
    } catch (ValidationException | IllegalArgumentException e) {
      throw new UnsuitableTableException(
          table.toString(),
          String.format(
              "The columns of table %s have conflicting names in Iceberg (%s); export the"
                  + " conflicting columns separately",
              table, e.getMessage()));
    }
  }

  /**
   * Returns the Iceberg type of a CQL type. The ids of nested fields are placeholders, distinct
   * within the type.
   *
   * @throws IllegalArgumentException if there is none: the type is a custom type or contains one
   */
  public static Type type(DataType type) {
    return type(type, null, ColumnTypes.EXACT, counter());
  }

  /**
   * Returns the Iceberg type of a CQL type for an existing column: where Iceberg has more than one
   * type for a CQL type, the column keeps its own, and fields that it lacks get the chosen type.
   *
   * @throws IllegalArgumentException as {@link #type}
   */
  public static Type typeLike(ColumnDescription column, Type existing, TypeChoices choices) {
    return type(column.type(), existing, choices.of(column), counter());
  }

  /**
   * Returns the doc of the column's field: the exact CQL type, and the unit of a number that stands
   * for a time.
   */
  public static String doc(ColumnDescription column, Type type) {
    String text = CqlTypes.text(column.type());
    boolean isLong = type.typeId() == TypeID.LONG;
    if (CqlKind.of(column.type()) == CqlKind.TIME && isLong) {
      return text + ", nanoseconds since midnight";
    }
    if (column.kind() != ColumnDescription.Kind.METADATA) {
      return text;
    }
    return isLong
        ? text + ", microseconds since 1970-01-01T00:00:00Z"
        : type.typeId() == TypeID.INTEGER ? text + ", seconds" : text;
  }

  /** Returns the types of the fields as texts, such as {@code decimal(38, 2)}, by name. */
  public static Map<String, String> texts(Schema schema) {
    return schema.columns().stream()
        .collect(Collectors.toMap(NestedField::name, field -> field.type().toString()));
  }

  private static IntSupplier counter() {
    int[] last = {0};
    return () -> ++last[0];
  }

  private static Type type(
      TableDescription table, ColumnDescription column, ColumnTypes chosen, IntSupplier ids) {
    try {
      return type(column.type(), null, chosen, ids);
    } catch (IncompatibleTypeException e) {
      throw new UnsuitableTableException(
          table.toString(),
          String.format(
              "Column %s of table %s has the type %s: %s; exclude the column",
              CqlIdentifier.fromInternal(column.name()).asCql(true),
              table,
              CqlTypes.text(column.type()),
              e.getMessage()));
    }
  }

  private static Type type(
      DataType type, @Nullable Type existing, ColumnTypes chosen, IntSupplier ids) {
    return switch (CqlKind.of(type)) {
      case DECIMAL ->
          kept(
              existing,
              chosen.decimal().<Type>map(decimal -> decimal).orElse(Types.StringType.get()),
              TypeID.DECIMAL,
              TypeID.STRING);
      case VARINT ->
          isInteger(existing)
              ? Objects.requireNonNull(existing)
              : kept(
                  existing,
                  chosen.varint().<Type>map(varint -> varint).orElse(Types.StringType.get()),
                  TypeID.STRING);
      case ASCII, TEXT, INET -> Types.StringType.get();
      case BLOB -> Types.BinaryType.get();
      case BOOLEAN -> Types.BooleanType.get();
      case TINYINT, SMALLINT, INT -> Types.IntegerType.get();
      case BIGINT ->
          chosen
              .writeTime()
              .map(
                  usual ->
                      isInstant(existing)
                          ? Objects.requireNonNull(existing)
                          : kept(existing, usual, TypeID.LONG))
              .orElse(Types.LongType.get());
      case COUNTER -> Types.LongType.get();
      // A CQL time has nanoseconds, an Iceberg time only microseconds.
      case TIME -> kept(existing, chosen.time(), TypeID.LONG, TypeID.TIME, TypeID.STRING);
      case FLOAT -> Types.FloatType.get();
      case DOUBLE -> Types.DoubleType.get();
      case DATE -> Types.DateType.get();
      case TIMESTAMP -> Types.TimestampType.withZone();
      // Spark SQL has no uuid type, so its tables have strings.
      case UUID, TIMEUUID ->
          kept(
              existing,
              chosen.uuids() == UuidForm.TEXT ? Types.StringType.get() : Types.UUIDType.get(),
              TypeID.UUID,
              TypeID.STRING);
      case DURATION ->
          Types.StructType.of(
              NestedField.required(ids.getAsInt(), MONTHS, Types.IntegerType.get()),
              NestedField.required(ids.getAsInt(), DAYS, Types.IntegerType.get()),
              NestedField.required(ids.getAsInt(), NANOSECONDS, Types.LongType.get()));
      case LIST -> list(((ListType) type).getElementType(), existing, chosen, ids);
      case SET -> list(((SetType) type).getElementType(), existing, chosen, ids);
      case VECTOR -> list(((VectorType) type).getElementType(), existing, chosen, ids);
      case MAP -> map((MapType) type, existing, chosen, ids);
      case TUPLE, UDT -> struct(type, existing, chosen, ids);
      case CUSTOM ->
          throw new IncompatibleTypeException(CqlTypes.text(type) + " has no Iceberg type");
    };
  }

  /** Returns the type of an existing column if it is one of these, else the usual one. */
  private static Type kept(@Nullable Type existing, Type usual, TypeID... ids) {
    return existing != null && List.of(ids).contains(existing.typeId()) ? existing : usual;
  }

  private static boolean isInstant(@Nullable Type existing) {
    return existing instanceof Types.TimestampType timestamp && timestamp.shouldAdjustToUTC();
  }

  private static boolean isInteger(@Nullable Type existing) {
    return existing instanceof DecimalType decimal && decimal.scale() == 0;
  }

  private static Type list(
      DataType element, @Nullable Type existing, ColumnTypes chosen, IntSupplier ids) {
    Type like =
        existing != null && existing.isListType() ? existing.asListType().elementType() : null;
    return Types.ListType.ofRequired(ids.getAsInt(), type(element, like, chosen, ids));
  }

  private static Type map(
      MapType map, @Nullable Type existing, ColumnTypes chosen, IntSupplier ids) {
    Types.MapType like = existing != null && existing.isMapType() ? existing.asMapType() : null;
    return Types.MapType.ofRequired(
        ids.getAsInt(),
        ids.getAsInt(),
        type(map.getKeyType(), like == null ? null : like.keyType(), chosen, ids),
        type(map.getValueType(), like == null ? null : like.valueType(), chosen, ids));
  }

  private static Type struct(
      DataType type, @Nullable Type existing, ColumnTypes chosen, IntSupplier ids) {
    List<String> names = CqlTypes.fieldNames(type);
    requireDistinctInParquet(names);
    List<DataType> types = CqlTypes.fieldTypes(type);
    List<NestedField> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      NestedField like =
          existing != null && existing.isStructType()
              ? existing.asStructType().field(names.get(i))
              : null;
      fields.add(
          NestedField.optional(
              ids.getAsInt(),
              names.get(i),
              type(types.get(i), like == null ? null : like.type(), chosen, ids)));
    }
    return Types.StructType.of(fields);
  }

  /**
   * Iceberg encodes names that are invalid in Avro, and the encoded name may equal another name.
   */
  private static void requireDistinctInParquet(List<String> names) {
    Map<String, String> seen = new HashMap<>();
    for (String name : names) {
      String other = seen.put(AvroSchemaUtil.makeCompatibleName(name), name);
      if (other != null) {
        throw new IncompatibleTypeException(
            "the names " + other + " and " + name + " are equal in Parquet");
      }
    }
  }
}
