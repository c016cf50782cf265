package io.ringhaul.console;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Generates JSON schemas of records, to which the API description is compared. */
final class Schemas {

  private static final String SUFFIX = "View";

  private final Map<String, Object> components = new TreeMap<>();

  /** Returns the schemas of all referenced records by name. */
  Map<String, Object> components() {
    return components;
  }

  /** Returns the schema of a type; a reference for a record. */
  Map<String, Object> of(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? Map.of("type", "array", "items", of(arguments[0]))
          : Map.of("type", "object", "additionalProperties", of(arguments[1]));
    }
    Class<?> plain = (Class<?>) type;
    if (plain.isRecord()) {
      return record(plain);
    }
    if (plain.isEnum()) {
      return Map.of(
          "type",
          "string",
          "enum",
          Arrays.stream(plain.getEnumConstants()).map(String::valueOf).toList());
    }
    if (plain == String.class) {
      return Map.of("type", "string");
    }
    if (plain == boolean.class || plain == Boolean.class) {
      return Map.of("type", "boolean");
    }
    if (plain == double.class || plain == Double.class || plain == Number.class) {
      return Map.of("type", "number");
    }
    return plain == Object.class ? Map.of("type", "object") : Map.of("type", "integer");
  }

  private Map<String, Object> record(Class<?> type) {
    String name = name(type);
    if (!components.containsKey(name)) {
      // Registers the record before its components, because a component can have the same type.
      components.put(name, Map.of());
      components.put(name, object(type));
    }
    return Map.of("$ref", "#/components/schemas/" + name);
  }

  private Map<String, Object> object(Class<?> type) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      boolean isNullable = isNullable(component.getAnnotatedType());
      Map<String, Object> schema = of(component.getGenericType());
      properties.put(property(component), isNullable ? orNull(schema) : schema);
      if (!isNullable) {
        required.add(property(component));
      }
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("type", "object");
    object.put("properties", properties);
    if (!required.isEmpty()) {
      object.put("required", required);
    }
    object.put("additionalProperties", false);
    return object;
  }

  private static Map<String, Object> orNull(Map<String, Object> schema) {
    return Map.of("anyOf", List.of(schema, Map.of("type", "null")));
  }

  private static boolean isNullable(AnnotatedType type) {
    return type.isAnnotationPresent(Nullable.class);
  }

  private static String property(RecordComponent component) {
    JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
    return named == null || named.value().isEmpty() ? component.getName() : named.value();
  }

  /**
   * Returns a name such as {@code Job} for {@code JobView} or {@code JobFigures} for its nested
   * record.
   */
  private static String name(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    String own = type.getSimpleName();
    boolean isPart = outer != null && outer.isRecord();
    String whole = isPart ? name(outer) + own : own;
    return whole.endsWith(SUFFIX) ? whole.substring(0, whole.length() - SUFFIX.length()) : whole;
  }
}
