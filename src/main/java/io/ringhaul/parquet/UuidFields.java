package io.ringhaul.parquet;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;

/** Iceberg's conversion of Parquet schemas takes a UUID for any 16 bytes; this puts it right. */
final class UuidFields {

  private final Set<Integer> ids = new HashSet<>();

  /**
   * @param file a file's schema with field ids
   */
  private UuidFields(MessageType file) {
    collect(file);
  }

  /**
   * The schema with its UUIDs.
   *
   * @param schema as Iceberg has converted it
   * @param file what it was converted from, with the same field ids
   */
  static Schema in(Schema schema, MessageType file) {
    UuidFields uuids = new UuidFields(file);
    return uuids.ids.isEmpty() ? schema : new Schema(uuids.fields(schema.columns()));
  }

  private void collect(GroupType group) {
    for (org.apache.parquet.schema.Type field : group.getFields()) {
      if (!field.isPrimitive()) {
        collect(field.asGroupType());
      } else if (field.getLogicalTypeAnnotation() instanceof UUIDLogicalTypeAnnotation
          && field.getId() != null) {
        ids.add(field.getId().intValue());
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
      default -> ids.contains(id) ? Types.UUIDType.get() : type;
    };
  }
}
