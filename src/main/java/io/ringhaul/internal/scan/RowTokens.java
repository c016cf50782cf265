package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.internal.ring.Murmur3;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Finds the token of a row of a scan: from its partition key, or from an additional last value if
 * the scan does not read the whole key.
 */
final class RowTokens {

  private final TableDescription table;
  private final List<Integer> key;

  /** Creates the tokens of rows with the given selected columns. */
  RowTokens(TableDescription table, List<SelectedColumn> selected) {
    this.table = table;
    List<String> expressions = selected.stream().map(SelectedColumn::expression).toList();
    List<Integer> positions = new ArrayList<>();
    for (ColumnDescription column : table.partitionKey()) {
      positions.add(expressions.indexOf(SelectedColumn.of(column).expression()));
    }
    this.key = positions.contains(-1) ? List.of() : List.copyOf(positions);
  }

  /**
   * Returns the additional part of the SELECT list, with a leading comma; empty if there is none.
   */
  String selection() {
    return key.isEmpty() ? ", " + expression(table) : "";
  }

  /** Returns the token of a row. */
  long of(Row row) {
    if (key.isEmpty()) {
      return row.getLong(row.getColumnDefinitions().size() - 1);
    }
    ByteBuffer[] values = new ByteBuffer[key.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.getBytesUnsafe(key.get(i));
    }
    return Murmur3.token(values);
  }

  /** Returns the CQL expression for the token. */
  static String expression(TableDescription table) {
    return table.partitionKey().stream()
        .map(column -> TableDescription.quote(column.name()))
        .collect(Collectors.joining(", ", "token(", ")"));
  }
}
