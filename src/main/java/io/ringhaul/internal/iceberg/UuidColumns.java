package io.ringhaul.internal.iceberg;

import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.TypeUtil;

/**
 * Disables bounds of uuid columns in manifests and Parquet files. Files order UUIDs by unsigned
 * bytes, but Iceberg's Java evaluators compare them as signed numbers (apache/iceberg issue 14216),
 * so with bounds Spark skips files that contain the value. Bounds of random UUIDs rarely exclude a
 * file anyway.
 */
final class UuidColumns {

  private static final String COUNTS = "counts";

  private UuidColumns() {}

  /**
   * Returns the table properties that disable bounds, for uuid columns and UUIDs inside other
   * columns.
   */
  static Map<String, String> properties(Schema schema) {
    Map<String, String> properties = new HashMap<>();
    TypeUtil.indexNameById(schema.asStruct())
        .forEach(
            (id, name) -> {
              if (schema.findType(id).typeId() == TypeID.UUID) {
                properties.put(TableProperties.METRICS_MODE_COLUMN_CONF_PREFIX + name, COUNTS);
                properties.put(TableProperties.PARQUET_COLUMN_STATS_ENABLED_PREFIX + name, "false");
              }
            });
    return properties;
  }

  /**
   * Returns the properties that a table lacks after its schema has changed; empty for a table that
   * no export created. Properties that the table already has are not changed.
   */
  static Map<String, String> missingProperties(Table table, Schema evolved) {
    if (!table.properties().containsKey(NewTable.SOURCE_TABLE)) {
      return Map.of();
    }
    Map<String, String> missing = properties(evolved);
    missing.keySet().removeAll(table.properties().keySet());
    return missing;
  }
}
