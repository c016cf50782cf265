package io.ringhaul.internal.scan;

import io.ringhaul.schema.ColumnDescription;
import java.util.List;

/**
 * The columns and rows that a scan reads.
 *
 * @param columns the values of each row, in this order
 * @param clauses select the rows
 */
public record Selection(List<SelectedColumn> columns, ScanClauses clauses) {

  public Selection {
    columns = List.copyOf(columns);
  }

  /** Selects columns of all rows. */
  public static Selection of(List<ColumnDescription> columns) {
    return new Selection(columns.stream().map(SelectedColumn::of).toList(), ScanClauses.NONE);
  }

  /** Returns the selection of these columns with other clauses. */
  public Selection with(ScanClauses others) {
    return new Selection(columns, others);
  }

  /** Returns the columns as formats see them. */
  public List<ColumnDescription> descriptions() {
    return columns.stream().map(SelectedColumn::column).toList();
  }
}
