package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.TableSchemaJson;
import io.ringhaul.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * The columns that a Parquet file's footer declares.
 *
 * @param schema the columns that can be read
 * @param unreadable why other columns cannot be read, by column name
 * @param nulls the columns of the null type, which are null in each row
 * @param identified the file's schema of the readable columns, with the field ids of {@code schema}
 * @param stored the CQL schema; only in files that an export wrote
 */
record ParquetFooter(
    Schema schema,
    Map<String, String> unreadable,
    Set<String> nulls,
    MessageType identified,
    Optional<TableSchema> stored) {

  /** The metadata key of the schema that Iceberg's writers store. */
  static final String ICEBERG_SCHEMA = "iceberg.schema";

  static ParquetFooter of(OpenParquetFile file) {
    Map<String, String> metadata = file.metadata();
    Optional<TableSchema> stored =
        Optional.ofNullable(metadata.get(TableSchemaJson.PROPERTY)).map(TableSchemaJson::parse);
    MessageType parquet = file.schema().type();
    Set<String> nulls = file.schema().nulls();
    Map<String, String> unreadable = new LinkedHashMap<>(file.problems());
    List<Type> readable = new ArrayList<>();
    for (Type field : parquet.getFields()) {
      if (!nulls.contains(field.getName()) && !unreadable.containsKey(field.getName())) {
        problem(parquet, field)
            .ifPresentOrElse(
                problem -> unreadable.put(field.getName(), problem), () -> readable.add(field));
      }
    }
    MessageType rest = new MessageType(parquet.getName(), readable);
    boolean hasIds = ParquetSchemaUtil.hasIds(rest);
    // Iceberg encodes some names differently in Parquet columns, but not in its own schema.
    @Nullable String iceberg = metadata.get(ICEBERG_SCHEMA);
    if (iceberg != null && hasIds) {
      return new ParquetFooter(SchemaParser.fromJson(iceberg), Map.of(), Set.of(), parquet, stored);
    }
    Schema schema = ParquetSchemaUtil.convert(rest);
    MessageType identified = identified(rest, schema);
    return new ParquetFooter(
        ConvertedSchema.corrected(schema, identified), unreadable, nulls, identified, stored);
  }

  /** Returns the footer with the names of columns in place of those of their fields. */
  ParquetFooter named(FieldNames names) {
    if (names.areExact()) {
      return this;
    }
    Map<String, String> renamed = new LinkedHashMap<>();
    unreadable.forEach((name, problem) -> renamed.put(names.column(name).orElse(name), problem));
    return new ParquetFooter(
        names.rename(schema),
        renamed,
        nulls.stream()
            .map(name -> names.column(name).orElse(name))
            .collect(Collectors.toUnmodifiableSet()),
        identified,
        stored);
  }

  private static Optional<String> problem(MessageType parquet, Type field) {
    Optional<String> problem = ConvertedSchema.problem(field);
    if (problem.isPresent()) {
      return problem;
    }
    try {
      MessageType alone = new MessageType(parquet.getName(), List.of(field));
      Schema schema = ParquetSchemaUtil.convert(alone);
      if (schema.columns().isEmpty()) {
        return Optional.of("it has no fields");
      } else if (!ConvertedSchema.hasFloat16(field)) {
        // For some types the conversion succeeds and only building the reader fails.
        CqlParquetReaders.recordReader(schema, identified(alone, schema), Map.of(), Set.of());
      }
      return Optional.empty();
    } catch (RuntimeException e) {
      String message = e.getMessage() == null ? e.toString() : e.getMessage();
      return Optional.of("its Parquet type cannot be read: " + OpenParquetFile.firstLine(message));
    }
  }

  private static MessageType identified(MessageType file, Schema schema) {
    return ParquetSchemaUtil.hasIds(file)
        ? file
        : ParquetSchemaUtil.applyNameMapping(file, MappingUtil.create(schema));
  }

  /** Returns the names of all columns, readable or not. */
  List<String> columns() {
    List<String> names = new ArrayList<>();
    schema.columns().forEach(field -> names.add(field.name()));
    names.addAll(nulls);
    names.addAll(unreadable.keySet());
    return names;
  }

  /**
   * Corrects Iceberg's conversion of Parquet schemas, which converts a UUID to 16 plain bytes, a
   * FLOAT16 to 2 plain bytes, and unsigned integers to signed ones.
   */
  private static final class ConvertedSchema {

    private static final int LEAST_UNSIGNED_BITS = 32;

    private final Map<Integer, org.apache.iceberg.types.Type> types = new HashMap<>();

    /**
     * @param file a file's schema with field ids
     */
    private ConvertedSchema(MessageType file) {
      collect(file);
    }

    /**
     * Returns the schema with UUID and FLOAT16 columns in their correct types.
     *
     * @param schema the schema that Iceberg converted from {@code file}
     * @param file the file's schema with the same field ids
     */
    static Schema corrected(Schema schema, MessageType file) {
      ConvertedSchema converted = new ConvertedSchema(file);
      return converted.types.isEmpty() ? schema : new Schema(converted.fields(schema.columns()));
    }

    /** Returns why a top-level field cannot be read, and what to do; empty if it can be read. */
    static Optional<String> problem(Type field) {
      if (isUnsigned(field)) {
        return Optional.of(
            "its Parquet type has unsigned integers of 32 or 64 bits, which are not supported;"
                + " write it with signed integers");
      }
      return !field.isPrimitive() && hasFloat16(field)
          ? Optional.of(
              "its Parquet type has 16-bit floating-point numbers (FLOAT16) inside another type,"
                  + " which are not supported; write it with 32-bit floats")
          : Optional.empty();
    }

    /**
     * Returns whether the field contains unsigned integers, whose greater half would be read as
     * negative.
     */
    private static boolean isUnsigned(Type field) {
      if (!field.isPrimitive()) {
        return field.asGroupType().getFields().stream().anyMatch(ConvertedSchema::isUnsigned);
      }
      return field.getLogicalTypeAnnotation() instanceof IntLogicalTypeAnnotation integer
          && !integer.isSigned()
          && integer.getBitWidth() >= LEAST_UNSIGNED_BITS;
    }

    /** Returns whether the field contains FLOAT16 numbers. */
    static boolean hasFloat16(Type field) {
      return field.isPrimitive()
          ? field.getLogicalTypeAnnotation() instanceof Float16LogicalTypeAnnotation
          : field.asGroupType().getFields().stream().anyMatch(ConvertedSchema::hasFloat16);
    }

    private void collect(GroupType group) {
      for (Type field : group.getFields()) {
        if (!field.isPrimitive()) {
          collect(field.asGroupType());
        } else if (field.getId() != null) {
          if (field.getLogicalTypeAnnotation() instanceof UUIDLogicalTypeAnnotation) {
            types.put(field.getId().intValue(), Types.UUIDType.get());
          } else if (hasFloat16(field)) {
            types.put(field.getId().intValue(), Types.FloatType.get());
          }
        }
      }
    }

    private List<NestedField> fields(List<NestedField> fields) {
      List<NestedField> changed = new ArrayList<>();
      for (NestedField field : fields) {
        changed.add(NestedField.from(field).ofType(type(field.fieldId(), field.type())).build());
      }
      return changed;
    }

    private org.apache.iceberg.types.Type type(int id, org.apache.iceberg.types.Type type) {
      return switch (type.typeId()) {
        case STRUCT -> Types.StructType.of(fields(type.asStructType().fields()));
        case LIST -> {
          Types.ListType list = type.asListType();
          org.apache.iceberg.types.Type element = type(list.elementId(), list.elementType());
          yield list.isElementOptional()
              ? Types.ListType.ofOptional(list.elementId(), element)
              : Types.ListType.ofRequired(list.elementId(), element);
        }
        case MAP -> {
          Types.MapType map = type.asMapType();
          org.apache.iceberg.types.Type key = type(map.keyId(), map.keyType());
          org.apache.iceberg.types.Type value = type(map.valueId(), map.valueType());
          yield map.isValueOptional()
              ? Types.MapType.ofOptional(map.keyId(), map.valueId(), key, value)
              : Types.MapType.ofRequired(map.keyId(), map.valueId(), key, value);
        }
        default -> types.getOrDefault(id, type);
      };
    }
  }
}
