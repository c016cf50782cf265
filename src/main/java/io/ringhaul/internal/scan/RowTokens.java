package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tells the token of a row that a scan has read: from its partition key, or if the scan does not
 * read all of it, from a last value that is read for this.
 */
final class RowTokens {

  private final TokenMap ring;
  private final TableDescription table;
  private final List<Integer> key;

  /** See the class. */
  RowTokens(TokenMap ring, TableDescription table, List<SelectedColumn> selected) {
    this.ring = ring;
    this.table = table;
    List<String> expressions = selected.stream().map(SelectedColumn::expression).toList();
    List<Integer> positions = new ArrayList<>();
    for (ColumnDescription column : table.partitionKey()) {
      positions.add(expressions.indexOf(SelectedColumn.of(column).expression()));
    }
    this.key = positions.contains(-1) ? List.of() : List.copyOf(positions);
  }

  /** What the SELECT must read besides, with a comma before it; empty if nothing. */
  String selection() {
    return key.isEmpty() ? ", " + expression(table) : "";
  }

  /** The token of a row, whatever selected columns it has. */
  long of(Row row) {
    if (key.isEmpty()) {
      return row.getLong(row.getColumnDefinitions().size() - 1);
    }
    ByteBuffer[] values = new ByteBuffer[key.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.getBytesUnsafe(key.get(i));
    }
    return Long.parseLong(ring.format(ring.newToken(values)));
  }

  /** The token of a partition key in CQL. */
  static String expression(TableDescription table) {
    return table.partitionKey().stream()
        .map(column -> TableDescription.quote(column.name()))
        .collect(Collectors.joining(", ", "token(", ")"));
  }
}
