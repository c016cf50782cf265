package io.ringhaul.internal.scan;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;

/**
 * One value that a scan reads of each row.
 *
 * @param column its name, type and place, as formats see it
 * @param expression what the SELECT asks for, in CQL
 */
public record SelectedColumn(ColumnDescription column, String expression) {

  /** The column itself. */
  public static SelectedColumn of(ColumnDescription column) {
    return new SelectedColumn(column, TableDescription.quote(column.name()));
  }
}
