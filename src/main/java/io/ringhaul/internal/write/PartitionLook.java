package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.internal.request.Request;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/** Looks whether a partition of the table has values in some static columns. Thread-safe. */
final class PartitionLook {

  private final TableDescription table;
  private final RequestSender looks;
  private final PreparedStatement prepared;
  private final int[] key;

  /**
   * @param columns the columns in the order in which rows carry them
   * @param statics the static ones to look for
   * @param looks sends at a consistency level that sees every acknowledged write
   */
  PartitionLook(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      List<ColumnDescription> statics,
      RequestSender looks) {
    this.table = table;
    this.looks = looks;
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

  /** Whether the row's partition has a value in any of the columns. */
  boolean findsAny(RawRow row) throws InterruptedException {
    BoundStatement statement = prepared.bind().setPageSize(1);
    for (int i = 0; i < key.length; i++) {
      statement = statement.setBytesUnsafe(i, row.bytes(key[i]));
    }
    Row found;
    try {
      found = looks.send(Request.of(statement)).toCompletableFuture().get().one();
    } catch (ExecutionException e) {
      throw Failures.notPassing(e, "Looking at the static columns of " + table);
    }
    if (found == null) {
      return false;
    }
    for (int i = 0; i < found.size(); i++) {
      if (found.getBytesUnsafe(i) != null) {
        return true;
      }
    }
    return false;
  }
}
