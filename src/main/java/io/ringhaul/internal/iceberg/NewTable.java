package io.ringhaul.internal.iceberg;

import io.ringhaul.format.ExportDescription;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;

/** The properties of a table that an export creates. */
final class NewTable {

  /** The property that Spark, Trino and Hive show as the comment of a table. */
  private static final String COMMENT = "comment";

  /**
   * The property with the name of the Cassandra table that the first rows came from. It marks
   * tables that an export created.
   */
  static final String SOURCE_TABLE = "ringhaul.source.table";

  /** The property with the keyspace of that table. */
  static final String SOURCE_KEYSPACE = "ringhaul.source.keyspace";

  private NewTable() {}

  /**
   * Returns the table's properties. They must not contain settings of this export alone, such as
   * the size of its files: they would apply to all later writers.
   *
   * @param schema the table's schema, as {@link IdentifierFields#in} returned it
   */
  static Map<String, String> properties(
      ExportDescription export, Schema schema, TargetSettings settings) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(TableProperties.FORMAT_VERSION, "2");
    properties.put(TableProperties.DEFAULT_FILE_FORMAT, "parquet");
    properties.put(TableProperties.PARQUET_COMPRESSION, "zstd");
    if (!export.comment().isEmpty()) {
      properties.put(COMMENT, export.comment());
    }
    properties.putAll(UuidColumns.properties(schema));
    properties.putAll(settings.tableProperties());
    properties.put(SOURCE_KEYSPACE, export.table().keyspace());
    properties.put(SOURCE_TABLE, export.table().name());
    properties.put(IdentifierFields.PROPERTY, IdentifierFields.description(schema, export));
    properties.putAll(StoredSchema.property(export));
    return properties;
  }
}
