package io.ringhaul.internal.parquet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;

/**
 * What Iceberg's conversion of Parquet schemas gets wrong: it takes a UUID for any 16 bytes, a
 * number of 16 bits with a binary point for any 2, and unsigned integers for signed ones.
 */
final class ConvertedSchema {

  private static final int LEAST_UNSIGNED_BITS = 32;

  private final Map<Integer, Type> types = new HashMap<>();

  /**
   * @param file a file's schema with field ids
   */
  private ConvertedSchema(MessageType file) {
    collect(file);
  }

  /**
   * The schema with its UUIDs and its floating-point numbers of 16 bits.
   *
   * @param schema as Iceberg has converted it
   * @param file what it was converted from, with the same field ids
   */
  static Schema corrected(Schema schema, MessageType file) {
    ConvertedSchema converted = new ConvertedSchema(file);
    return converted.types.isEmpty() ? schema : new Schema(converted.fields(schema.columns()));
  }

  /** Why values of a top-level field cannot be read, and what to do; empty if they can. */
  static Optional<String> problem(org.apache.parquet.schema.Type field) {
    if (isUnsigned(field)) {
      return Optional.of(
          "its Parquet type has unsigned integers of 32 or 64 bits, which cannot be read; write it"
              + " with signed ones");
    }
    return !field.isPrimitive() && hasFloat16(field)
        ? Optional.of(
            "its Parquet type has floating-point numbers of 16 bits (FLOAT16) inside of another"
                + " type, which cannot be read; write it with those of 32 bits")
        : Optional.empty();
  }

  /** Their bits would be taken for signed ones, the greater half of them for negative numbers. */
  private static boolean isUnsigned(org.apache.parquet.schema.Type field) {
    if (!field.isPrimitive()) {
      return field.asGroupType().getFields().stream().anyMatch(ConvertedSchema::isUnsigned);
    }
    return field.getLogicalTypeAnnotation() instanceof IntLogicalTypeAnnotation integer
        && !integer.isSigned()
        && integer.getBitWidth() >= LEAST_UNSIGNED_BITS;
  }

  /** Whether values in the field are floating-point numbers of 16 bits. */
  static boolean hasFloat16(org.apache.parquet.schema.Type field) {
    return field.isPrimitive()
        ? field.getLogicalTypeAnnotation() instanceof Float16LogicalTypeAnnotation
        : field.asGroupType().getFields().stream().anyMatch(ConvertedSchema::hasFloat16);
  }

  private void collect(GroupType group) {
    for (org.apache.parquet.schema.Type field : group.getFields()) {
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

  private Type type(int id, Type type) {
    return switch (type.typeId()) {
      case STRUCT -> Types.StructType.of(fields(type.asStructType().fields()));
      case LIST -> {
        Types.ListType list = type.asListType();
        Type element = type(list.elementId(), list.elementType());
        yield list.isElementOptional()
            ? Types.ListType.ofOptional(list.elementId(), element)
            : Types.ListType.ofRequired(list.elementId(), element);
      }
      case MAP -> {
        Types.MapType map = type.asMapType();
        Type key = type(map.keyId(), map.keyType());
        Type value = type(map.valueId(), map.valueType());
        yield map.isValueOptional()
            ? Types.MapType.ofOptional(map.keyId(), map.valueId(), key, value)
            : Types.MapType.ofRequired(map.keyId(), map.valueId(), key, value);
      }
      default -> types.getOrDefault(id, type);
    };
  }
}
