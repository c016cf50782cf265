package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.Setting;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Finds the field of each column: the field of the same name, or else the only one whose name
 * differs in case alone, as Spark's and Hive's names do.
 *
 * @param fields the fields by column; a column without a field is absent
 * @param problems why a column has no field, although some differ from it in case alone
 */
public record FieldNames(Map<String, String> fields, Map<String, String> problems) {

  /** Matches fields with columns. */
  public static FieldNames match(Collection<String> fields, Collection<String> columns) {
    Map<String, String> matched = new LinkedHashMap<>();
    Map<String, String> problems = new LinkedHashMap<>();
    for (String column : columns) {
      if (fields.contains(column)) {
        matched.put(column, column);
        continue;
      }
      List<String> similarFields = similar(fields, columns, column);
      List<String> similarColumns = similar(columns, fields, column);
      if (similarFields.size() == 1 && similarColumns.size() == 1) {
        matched.put(column, similarFields.get(0));
      } else if (!similarFields.isEmpty()) {
        problems.put(
            column,
            String.format(
                "%s could be %s, whose names differ in case only; assign it with %s",
                String.join(" and ", similarFields),
                String.join(" or ", similarColumns),
                Setting.MAPPING.callWithValue()));
      }
    }
    return new FieldNames(matched, problems);
  }

  /** Returns the names that differ from one in case only and are in no other collection. */
  private static List<String> similar(
      Collection<String> names, Collection<String> others, String name) {
    return names.stream()
        .filter(each -> each.equalsIgnoreCase(name) && !others.contains(each))
        .toList();
  }

  /** Returns the column that a field belongs to; empty if there is none. */
  public Optional<String> column(String field) {
    return fields.entrySet().stream()
        .filter(entry -> entry.getValue().equals(field))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Returns a schema whose top-level fields have the names of their columns. */
  public Schema rename(Schema schema) {
    if (areExact()) {
      return schema;
    }
    return new Schema(
        schema.schemaId(),
        schema.columns().stream()
            .map(
                field ->
                    NestedField.from(field)
                        .withName(column(field.name()).orElse(field.name()))
                        .build())
            .toList(),
        schema.identifierFieldIds());
  }

  /** Whether a field could be one of several columns, or several fields could be its column. */
  public boolean isAmbiguous(String field) {
    return column(field).isEmpty() && problems.keySet().stream().anyMatch(field::equalsIgnoreCase);
  }

  /** Whether all matched names are exactly the same. */
  public boolean areExact() {
    return fields.entrySet().stream().allMatch(entry -> entry.getKey().equals(entry.getValue()));
  }
}
