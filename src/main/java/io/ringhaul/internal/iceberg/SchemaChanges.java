package io.ringhaul.internal.iceberg;

import java.util.List;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.PrimitiveType;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Evolves a table's schema towards another one: adds missing columns and fields, promotes types,
 * and makes required columns optional. Nothing is removed. Differences that Iceberg cannot resolve
 * remain, so callers must check the result.
 */
final class SchemaChanges {

  private final Schema existing;
  private final UpdateSchema update;
  private boolean any;

  private SchemaChanges(Schema existing, UpdateSchema update) {
    this.existing = existing;
    this.update = update;
  }

  /**
   * Adds the changes to the update. New columns get the same ids whenever the columns and the
   * table's state are the same.
   *
   * @param existing the schema that the update starts from
   * @param wanted top-level columns in the order in which missing ones are added
   * @return whether the update has any change
   */
  static boolean add(UpdateSchema update, Schema existing, List<NestedField> wanted) {
    SchemaChanges changes = new SchemaChanges(existing, update);
    for (NestedField column : wanted) {
      NestedField field = existing.asStruct().field(column.name());
      if (field == null) {
        update.addColumn(null, column.name(), column.type(), column.doc());
        changes.any = true;
      } else {
        changes.field(column.name(), field, column);
      }
    }
    return changes.any;
  }

  private void field(String path, NestedField from, NestedField to) {
    if (from.isRequired() && to.isOptional()) {
      update.makeColumnOptional(path);
      if (existing.identifierFieldIds().contains(from.fieldId())) {
        // The remaining key columns would not identify a row.
        update.setIdentifierFields(List.of());
      }
      any = true;
    }
    if (to.doc() != null && !Objects.equals(from.doc(), to.doc())) {
      update.updateColumnDoc(path, to.doc());
      any = true;
    }
    type(path, from.type(), to.type());
  }

  private void type(String path, Type from, Type to) {
    if (from.isPrimitiveType() && to.isPrimitiveType()) {
      if (!from.equals(to) && TypeUtil.isPromotionAllowed(from, to.asPrimitiveType())) {
        update.updateColumn(path, to.asPrimitiveType());
        any = true;
      }
    } else if (from.isListType() && to.isListType()) {
      type(path + ".element", from.asListType().elementType(), to.asListType().elementType());
    } else if (from.isMapType() && to.isMapType()) {
      // Iceberg does not change the types of map keys.
      type(path + ".value", from.asMapType().valueType(), to.asMapType().valueType());
    } else if (from.isStructType() && to.isStructType()) {
      fields(path, from.asStructType(), to.asStructType());
    }
  }

  private void fields(String path, Types.StructType from, Types.StructType to) {
    for (NestedField field : to.fields()) {
      NestedField other = from.field(field.name());
      if (other == null) {
        update.addColumn(path, field.name(), field.type(), field.doc());
        any = true;
      } else {
        field(path + "." + field.name(), other, field);
      }
    }
  }

  /**
   * Returns whether files written with one schema can be added to a table with another: the table
   * has each of their columns with the same id and name and the same or a wider type, and requires
   * no other column.
   */
  static boolean canTakeFilesOf(Schema table, Schema files) {
    for (NestedField field : TypeUtil.indexById(files.asStruct()).values()) {
      NestedField other = table.findField(field.fieldId());
      if (other == null
          || !Objects.equals(
              table.findColumnName(field.fieldId()), files.findColumnName(field.fieldId()))
          || (field.isOptional() && other.isRequired())
          || !isSameOrWider(field.type(), other.type())) {
        return false;
      }
    }
    return table.columns().stream()
        .allMatch(column -> column.isOptional() || files.findField(column.fieldId()) != null);
  }

  private static boolean isSameOrWider(Type type, Type other) {
    return other instanceof PrimitiveType primitive
        ? type.equals(other) || TypeUtil.isPromotionAllowed(type, primitive)
        : type.typeId() == other.typeId();
  }
}
