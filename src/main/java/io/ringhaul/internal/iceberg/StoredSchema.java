package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.internal.cql.TableSchemaJson;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TableSchema.Column;
import io.ringhaul.schema.TableSchema.UserType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;

/** The CQL schema of the rows in an Iceberg table, stored in a table property. */
final class StoredSchema {

  private StoredSchema() {}

  /** Returns the property of a new table. */
  static Map<String, String> property(ExportDescription export) {
    return property(TableSchema.of(export.table(), export.columns()));
  }

  /**
   * Returns the changed property for another export to the table: the export's schema with the
   * stored columns that it does not include, so that every column of the Iceberg table has its CQL
   * type. Empty if nothing changes, or if the table has no stored schema.
   */
  static Map<String, String> changedProperty(Table table, ExportDescription export) {
    return in(table)
        .map(stored -> property(merged(stored, TableSchema.of(export.table(), export.columns()))))
        .filter(changed -> !table.properties().entrySet().containsAll(changed.entrySet()))
        .orElse(Map.of());
  }

  /**
   * Returns the table's stored schema; empty if it has none.
   *
   * @throws StorageException if the property cannot be parsed
   */
  static Optional<TableSchema> in(Table table) {
    String text = table.properties().get(TableSchemaJson.PROPERTY);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(TableSchemaJson.parse(text));
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          table.name(),
          String.format(
              "The property %s of the Iceberg table %s cannot be read: %s",
              TableSchemaJson.PROPERTY, table.name(), e.getMessage()),
          e);
    }
  }

  private static Map<String, String> property(TableSchema schema) {
    return Map.of(TableSchemaJson.PROPERTY, TableSchemaJson.text(schema));
  }

  private static TableSchema merged(TableSchema before, TableSchema now) {
    List<Column> columns = new ArrayList<>(now.columns());
    for (Column column : before.columns()) {
      boolean isKey = before.primaryKey().contains(column.name());
      boolean isKeyStill = now.primaryKey().contains(column.name());
      if (now.column(column.name()).isEmpty() && isKey == isKeyStill) {
        columns.add(column);
      }
    }
    List<UserType> types = new ArrayList<>(now.userTypes());
    List<String> known = types.stream().map(UserType::name).toList();
    before.userTypes().stream().filter(type -> !known.contains(type.name())).forEach(types::add);
    return new TableSchema(now.keyspace(), now.table(), now.primaryKey(), columns, types);
  }
}
