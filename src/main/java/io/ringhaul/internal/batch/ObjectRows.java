package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.schema.TableDescription;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of a table from records, maps and JavaBeans. A property is the column of its exact
 * name, or else the column of its name in snake case. Not thread-safe.
 */
public final class ObjectRows {

  /** A property of a class, which a public method reads. */
  private record Property(CqlIdentifier column, Method reader) {}

  private final TableDescription table;
  private final CqlIdentifier keyspace;
  private final CqlIdentifier name;
  private final Map<Class<?>, List<Property>> known = new HashMap<>();

  ObjectRows(TableDescription table) {
    this.table = table;
    this.keyspace = CqlIdentifier.fromInternal(table.keyspace());
    this.name = CqlIdentifier.fromInternal(table.name());
  }

  /**
   * Returns the row of an object.
   *
   * @throws UnsuitableTableException if properties have no column, or several have the same column
   * @throws BulkOperationException if a property cannot be read
   */
  public TableRow row(Object given) {
    if (given instanceof TableRow row) {
      if (!row.keyspace().equals(keyspace) || !row.table().equals(name)) {
        throw refusal(
            String.format("A row is of %s.%s", row.keyspace().asCql(true), row.table().asCql(true)),
            "pass rows of one table, or leave keyspace and table out");
      }
      return row;
    }
    if (given instanceof Map<?, ?> map) {
      return ofMap(map);
    }
    TableRow row = TableRow.of(keyspace, name);
    for (Property property : known.computeIfAbsent(given.getClass(), this::properties)) {
      row = row.with(property.column(), read(given, property.reader()));
    }
    return row;
  }

  private TableRow ofMap(Map<?, ?> map) {
    Map<CqlIdentifier, String> columns =
        columns(map.keySet().stream().map(String::valueOf).toList(), "A map has the keys");
    TableRow row = TableRow.of(keyspace, name);
    for (Map.Entry<CqlIdentifier, String> column : columns.entrySet()) {
      row = row.with(column.getKey(), map.get(column.getValue()));
    }
    return row;
  }

  private List<Property> properties(Class<?> type) {
    Map<String, Method> readers = readers(type);
    if (readers.isEmpty()) {
      throw refusal(
          type.getName() + " has no properties",
          "pass records, maps with text keys, JavaBeans with public getters, or TableRows");
    }
    Map<CqlIdentifier, String> columns =
        columns(readers.keySet(), type.getName() + " has the properties");
    List<Property> properties = new ArrayList<>();
    columns.forEach(
        (column, property) ->
            properties.add(
                new Property(column, Objects.requireNonNull(readers.get(property), property))));
    return properties;
  }

  private static Map<String, Method> readers(Class<?> type) {
    Map<String, Method> readers = new LinkedHashMap<>();
    if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        readers.put(component.getName(), component.getAccessor());
      }
      return readers;
    }
    for (Method method : type.getMethods()) {
      String property = property(method);
      if (!property.isEmpty()) {
        // A subclass may narrow the type of a getter; the bridge is the same property.
        readers.merge(property, method, (one, other) -> one.isBridge() ? other : one);
      }
    }
    return readers;
  }

  /** The property that a getter reads; empty for another method. */
  private static String property(Method method) {
    boolean isFlag =
        method.getName().startsWith("is") && method.getReturnType().equals(boolean.class);
    if (method.getParameterCount() > 0
        || Modifier.isStatic(method.getModifiers())
        || method.getReturnType().equals(void.class)
        || method.getDeclaringClass().equals(Object.class)
        || !(isFlag || method.getName().startsWith("get"))) {
      return "";
    }
    String rest = method.getName().substring(isFlag ? 2 : 3);
    if (rest.isEmpty() || Character.isLowerCase(rest.charAt(0))) {
      return "";
    }
    boolean isAcronym = rest.length() > 1 && Character.isUpperCase(rest.charAt(1));
    return isAcronym ? rest : Character.toLowerCase(rest.charAt(0)) + rest.substring(1);
  }

  /** The properties by their columns, in the order of the properties. */
  private Map<CqlIdentifier, String> columns(Iterable<String> properties, String what) {
    Map<CqlIdentifier, String> columns = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    for (String property : properties) {
      Optional<CqlIdentifier> column = column(property);
      if (column.isEmpty()) {
        unknown.add(property);
        continue;
      }
      String other = columns.putIfAbsent(column.get(), property);
      if (other != null) {
        throw refusal(
            String.format(
                "%s %s and %s, both of column %s", what, other, property, column.get().asCql(true)),
            "leave one of them out");
      }
    }
    if (!unknown.isEmpty()) {
      throw refusal(
          String.format("%s %s, which are no columns", what, String.join(", ", unknown)),
          "name properties like columns, in camel case or exactly; the columns are "
              + table.columns().stream()
                  .map(column -> CqlIdentifier.fromInternal(column.name()).asCql(true))
                  .collect(Collectors.joining(", ")));
    }
    return columns;
  }

  private Optional<CqlIdentifier> column(String property) {
    return table
        .column(property)
        .or(() -> table.column(snakeCase(property)))
        .map(column -> CqlIdentifier.fromInternal(column.name()));
  }

  /** {@code orderId} and {@code orderID} as {@code order_id}. */
  static String snakeCase(String property) {
    return property
        .replaceAll("([\\p{Ll}\\p{Nd}])(\\p{Lu})", "$1_$2")
        .replaceAll("(\\p{Lu})(\\p{Lu}\\p{Ll})", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  private @Nullable Object read(Object given, Method reader) {
    if (!reader.canAccess(given)) {
      throw refusal(
          String.format(
              "%s() of %s is not accessible", reader.getName(), given.getClass().getName()),
          "make the class public, export its package if it is in a module, or pass maps");
    }
    try {
      return reader.invoke(given);
    } catch (InvocationTargetException e) {
      throw new BulkOperationException(
          String.format(
              "%s() of %s failed: %s",
              reader.getName(), given.getClass().getName(), e.getTargetException()),
          e.getTargetException());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private UnsuitableTableException refusal(String problem, String remedy) {
    return new UnsuitableTableException(
        table.toString(), String.format("%s; the rows are for %s: %s", problem, table, remedy));
  }
}
