package io.ringhaul.internal.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Lets Iceberg's generic readers give strings as their bytes. As strings they would have malformed
 * UTF-8 replaced in silence, and two values could become one.
 */
final class TextBytes {

  private TextBytes() {}

  /** Whether Iceberg's generic readers make a string of what says this about itself. */
  static boolean isText(@Nullable LogicalTypeAnnotation logical) {
    return logical == null
        || logical instanceof StringLogicalTypeAnnotation
        || logical instanceof EnumLogicalTypeAnnotation
        || logical instanceof JsonLogicalTypeAnnotation;
  }

  /**
   * The schema with binary fields for strings.
   *
   * @param strings the ids of the fields that stay strings
   */
  static Schema expected(Schema schema, Set<Integer> strings) {
    return new Schema(schema.columns().stream().map(field -> field(field, strings)).toList());
  }

  private static NestedField field(NestedField field, Set<Integer> strings) {
    if (strings.contains(field.fieldId())) {
      return field;
    }
    NestedField.Builder result =
        field.isOptional()
            ? NestedField.optional(field.name())
            : NestedField.required(field.name());
    return result
        .withId(field.fieldId())
        .ofType(type(field.type(), strings))
        .withInitialDefault(initialDefault(field))
        .build();
  }

  private static @Nullable Literal<?> initialDefault(NestedField field) {
    return field.initialDefault() instanceof CharSequence text
        ? Literal.of(UTF_8.encode(text.toString()))
        : field.initialDefaultLiteral();
  }

  private static Type type(Type type, Set<Integer> strings) {
    if (type.isStructType()) {
      return Types.StructType.of(
          type.asStructType().fields().stream().map(field -> field(field, strings)).toList());
    } else if (type.isListType()) {
      Types.ListType list = type.asListType();
      Type element = type(list.elementType(), strings);
      return list.isElementOptional()
          ? Types.ListType.ofOptional(list.elementId(), element)
          : Types.ListType.ofRequired(list.elementId(), element);
    } else if (type.isMapType()) {
      Types.MapType map = type.asMapType();
      Type key = type(map.keyType(), strings);
      Type value = type(map.valueType(), strings);
      return map.isValueOptional()
          ? Types.MapType.ofOptional(map.keyId(), map.valueId(), key, value)
          : Types.MapType.ofRequired(map.keyId(), map.valueId(), key, value);
    }
    return type.typeId() == TypeID.STRING ? Types.BinaryType.get() : type;
  }

  /** The file's schema, in which no column says that it is text: the expected type decides. */
  static MessageType file(MessageType file) {
    return new MessageType(file.getName(), fields(file));
  }

  private static List<org.apache.parquet.schema.Type> fields(GroupType group) {
    return group.getFields().stream().map(TextBytes::stored).toList();
  }

  private static org.apache.parquet.schema.Type stored(org.apache.parquet.schema.Type type) {
    if (!type.isPrimitive()) {
      return type.asGroupType().withNewFields(fields(type.asGroupType()));
    }
    PrimitiveType primitive = type.asPrimitiveType();
    if (primitive.getPrimitiveTypeName() != PrimitiveTypeName.BINARY
        || !isText(primitive.getLogicalTypeAnnotation())) {
      return primitive;
    }
    PrimitiveType bytes =
        org.apache.parquet.schema.Types.primitive(
                PrimitiveTypeName.BINARY, primitive.getRepetition())
            .named(primitive.getName());
    return primitive.getId() == null ? bytes : bytes.withId(primitive.getId().intValue());
  }
}
