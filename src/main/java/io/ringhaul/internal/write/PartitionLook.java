package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.stream.Collectors;

/** The SELECT that shows whether a partition has values in static columns. Thread-safe. */
final class PartitionLook {

  private final PreparedStatement prepared;
  private final int[] key;

  /**
   * @param columns the columns in the order of a row's values
   * @param statics the static columns to look for
   */
  PartitionLook(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      List<ColumnDescription> statics) {
    this.key = PartitionRun.partitionKey(table, columns);
    this.prepared =
        Preparation.prepare(
            session,
            String.format(
                "SELECT %s FROM %s WHERE %s LIMIT 1",
                statics.stream()
                    .map(column -> TableDescription.quote(column.name()))
                    .collect(Collectors.joining(", ")),
                table.cql(),
                table.partitionKey().stream()
                    .map(column -> TableDescription.quote(column.name()) + " = ?")
                    .collect(Collectors.joining(" AND "))),
            "The look at the static columns of " + table);
  }

  /** Selects the static columns of the row's partition. */
  BoundStatement bind(RawRow row) {
    BoundStatement statement = prepared.bind().setPageSize(1);
    for (int i = 0; i < key.length; i++) {
      statement = statement.setBytesUnsafe(i, row.bytes(key[i]));
    }
    return statement;
  }
}
