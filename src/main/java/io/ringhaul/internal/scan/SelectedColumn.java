package io.ringhaul.internal.scan;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;

/**
 * A value that a scan reads of each row.
 *
 * @param column name, type and kind, as formats see it
 * @param expression CQL expression in the SELECT
 */
public record SelectedColumn(ColumnDescription column, String expression) {

  /** Selects a column itself. */
  public static SelectedColumn of(ColumnDescription column) {
    return new SelectedColumn(column, TableDescription.quote(column.name()));
  }
}
