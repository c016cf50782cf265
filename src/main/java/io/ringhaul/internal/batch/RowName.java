package io.ringhaul.internal.batch;

import io.ringhaul.batch.TableRow;
import java.util.List;
import java.util.stream.Collectors;

/** Names a row for people; only who asks for the text pays for it. */
record RowName(String table, List<RowColumn> columns, TableRow row) {

  /** {@code table, row (key = literal, ...)}. */
  @Override
  public String toString() {
    return columns.stream()
        .filter(RowColumn::isPrimaryKey)
        .map(column -> column.text(row))
        .collect(Collectors.joining(", ", table + ", row (", ")"));
  }
}
