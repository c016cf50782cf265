package io.ringhaul.internal.scan;

import io.ringhaul.schema.ColumnDescription;
import java.util.List;

/**
 * What a scan reads.
 *
 * @param columns the values of each row, in this order
 * @param condition which rows
 */
public record Selection(List<SelectedColumn> columns, RowCondition condition) {

  public Selection {
    columns = List.copyOf(columns);
  }

  /** The given columns of every row. */
  public static Selection of(List<ColumnDescription> columns) {
    return new Selection(columns.stream().map(SelectedColumn::of).toList(), RowCondition.NONE);
  }

  /** Returns the selection of these columns in rows that fulfil a condition. */
  public Selection where(RowCondition rows) {
    return new Selection(columns, rows);
  }

  /** The columns, as formats see them. */
  public List<ColumnDescription> descriptions() {
    return columns.stream().map(SelectedColumn::column).toList();
  }
}
