package io.ringhaul.internal.iceberg;

import java.util.HashMap;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.TypeUtil;

/**
 * Keeps bounds of uuid columns out of manifests and Parquet files. Files order UUIDs by unsigned
 * bytes, Iceberg's evaluators in Java compare them as signed numbers (apache/iceberg issue 14216):
 * with bounds, Spark prunes files that hold the value it looks for. Random UUIDs prune nothing
 * anyway.
 */
final class UuidColumns {

  private static final String COUNTS = "counts";

  private UuidColumns() {}

  /** The table properties that say so, for uuid columns and for UUIDs inside other columns. */
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
   * The properties that a table lacks after its schema has changed; empty for a table that is not
   * one of ours. What a user has set there stays.
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
