package io.ringhaul.internal.scan;

import io.ringhaul.schema.ColumnDescription;
import java.util.List;

/**
 * The columns and rows that a scan reads.
 *
 * @param columns the values of each row, in this order
 * @param condition selects the rows
 */
public record Selection(List<SelectedColumn> columns, RowCondition condition) {

  public Selection {
    columns = List.copyOf(columns);
  }

  /** Selects columns of all rows. */
  public static Selection of(List<ColumnDescription> columns) {
    return new Selection(columns.stream().map(SelectedColumn::of).toList(), RowCondition.NONE);
  }

  /** Returns the selection of these columns in rows that match a condition. */
  public Selection where(RowCondition rows) {
    return new Selection(columns, rows);
  }

  /** Returns the columns as formats see them. */
  public List<ColumnDescription> descriptions() {
    return columns.stream().map(SelectedColumn::column).toList();
  }
}
