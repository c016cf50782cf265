package io.ringhaul.internal.parquet;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UnknownLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * A file's schema in the current form of the Parquet format. Iceberg's readers support only lists
 * of three levels; for a list of two levels they return all values of a row group in its first row.
 * The stored definition and repetition levels are the same in both forms, so a schema that declares
 * three levels is enough to read the older forms. The conversion follows the backward-compatibility
 * rules of Parquet's logical types:
 *
 * <ul>
 *   <li>a list whose repeated field is the element itself has required elements;
 *   <li>a repeated field outside lists and maps is a required list of required elements;
 *   <li>a map whose entries have only keys is a list of the keys;
 *   <li>a group annotated with {@code MAP_KEY_VALUE} is a map.
 * </ul>
 *
 * The null type annotation is removed, so such fields have the type that they are stored as.
 *
 * @param type the converted schema
 * @param moved the stored columns whose path differs between file and schema, by their path in the
 *     schema
 * @param nulls the top-level columns of the null type, which are null in each row
 */
record StandardSchema(
    MessageType type, Map<ColumnPath, ColumnDescriptor> moved, Set<String> nulls) {

  private static final String REPEATED = "list";
  private static final String ELEMENT = "element";

  /** Converts the schema of a file's footer. */
  static StandardSchema of(MessageType stored) {
    MessageType type = new MessageType(stored.getName(), fields(stored));
    Map<ColumnPath, ColumnDescriptor> moved = new HashMap<>();
    for (int i = 0; i < stored.getColumns().size(); i++) {
      ColumnDescriptor before = stored.getColumns().get(i);
      ColumnDescriptor now = type.getColumns().get(i);
      if (before.getMaxRepetitionLevel() != now.getMaxRepetitionLevel()
          || before.getMaxDefinitionLevel() != now.getMaxDefinitionLevel()) {
        throw new IllegalStateException("The levels of " + before + " differ from " + now);
      }
      ColumnPath path = ColumnPath.get(now.getPath());
      if (!path.equals(ColumnPath.get(before.getPath()))) {
        moved.put(path, before);
      }
    }
    Set<String> nulls = new HashSet<>();
    for (Type field : stored.getFields()) {
      if (isNull(field) && !field.isRepetition(Repetition.REPEATED)) {
        nulls.add(field.getName());
      }
    }
    return new StandardSchema(type, moved, nulls);
  }

  /** Returns the column as the file stores it. */
  ColumnDescriptor stored(ColumnDescriptor column) {
    return moved.getOrDefault(ColumnPath.get(column.getPath()), column);
  }

  private static boolean isNull(Type field) {
    return field.getLogicalTypeAnnotation() instanceof UnknownLogicalTypeAnnotation;
  }

  private static List<Type> fields(GroupType group) {
    return group.getFields().stream().map(StandardSchema::field).toList();
  }

  /** A field of a struct, or the key or value of a map. */
  private static Type field(Type field) {
    if (!field.isRepetition(Repetition.REPEATED)) {
      return standard(field, field.getRepetition(), field.getName(), field.getId());
    }
    return group(
        Repetition.REQUIRED,
        LogicalTypeAnnotation.listType(),
        List.of(elements(field, null)),
        field.getName(),
        field.getId());
  }

  /** Returns the inner two levels of a list for which the file has only the repeated element. */
  private static Type elements(Type element, Type.@Nullable ID id) {
    return Types.repeatedGroup()
        .addField(standard(element, Repetition.REQUIRED, ELEMENT, id))
        .named(REPEATED);
  }

  /** Returns the type under a new name, with all lists and maps in the current form. */
  private static Type standard(
      Type type, Repetition repetition, String name, Type.@Nullable ID id) {
    if (type.isPrimitive()) {
      return primitive(type.asPrimitiveType(), repetition, name, id);
    }
    GroupType group = type.asGroupType();
    LogicalTypeAnnotation logical = group.getLogicalTypeAnnotation();
    List<Type> fields;
    boolean isMap =
        logical instanceof MapLogicalTypeAnnotation || logical instanceof MapKeyValueTypeAnnotation;
    Type repeated = group.getFieldCount() == 1 ? group.getType(0) : null;
    if (repeated == null || !repeated.isRepetition(Repetition.REPEATED)) {
      fields = fields(group);
    } else if (logical instanceof ListLogicalTypeAnnotation && isElement(group, repeated)) {
      fields = List.of(elements(repeated, repeated.getId()));
    } else if (logical instanceof ListLogicalTypeAnnotation) {
      fields = List.of(entries(repeated, repeated.getName()));
    } else if (isMap && !repeated.isPrimitive()) {
      boolean hasKeysAlone = repeated.asGroupType().getFieldCount() == 1;
      fields = List.of(entries(repeated, hasKeysAlone ? REPEATED : repeated.getName()));
      logical = hasKeysAlone ? LogicalTypeAnnotation.listType() : LogicalTypeAnnotation.mapType();
    } else {
      fields = fields(group);
    }
    return group(repetition, logical, fields, name, id);
  }

  private static Type entries(Type repeated, String name) {
    return Types.repeatedGroup()
        .addFields(fields(repeated.asGroupType()).toArray(Type[]::new))
        .named(name);
  }

  /**
   * Returns whether the repeated field of a list is the element itself and not a group around it.
   */
  private static boolean isElement(GroupType list, Type repeated) {
    if (repeated.isPrimitive() || repeated.asGroupType().getFieldCount() != 1) {
      return true;
    }
    return repeated.asGroupType().getType(0).isRepetition(Repetition.REPEATED)
        || repeated.getName().equals("array")
        || repeated.getName().equals(list.getName() + "_tuple");
  }

  private static Type group(
      Repetition repetition,
      @Nullable LogicalTypeAnnotation logical,
      List<Type> fields,
      String name,
      Type.@Nullable ID id) {
    Types.GroupBuilder<GroupType> builder =
        Types.buildGroup(repetition).addFields(fields.toArray(Type[]::new));
    if (logical != null) {
      builder.as(logical);
    }
    GroupType group = builder.named(name);
    return id == null ? group : group.withId(id.intValue());
  }

  private static Type primitive(
      PrimitiveType type, Repetition repetition, String name, Type.@Nullable ID id) {
    LogicalTypeAnnotation logical = isNull(type) ? null : type.getLogicalTypeAnnotation();
    Types.PrimitiveBuilder<PrimitiveType> builder =
        Types.primitive(type.getPrimitiveTypeName(), repetition).length(type.getTypeLength());
    if (logical != null) {
      builder.as(logical);
    }
    PrimitiveType primitive = builder.named(name);
    return id == null ? primitive : primitive.withId(id.intValue());
  }
}
