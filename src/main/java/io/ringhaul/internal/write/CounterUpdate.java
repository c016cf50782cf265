package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One UPDATE that adds a row's values to its counters. Thread-safe. */
final class CounterUpdate {

  private final PreparedStatement prepared;
  private final int[] positions;
  private final int counters;

  /**
   * @param columns the columns in the order of a row's values
   * @param counters the counters to add to
   * @param key the key columns of the update
   */
  CounterUpdate(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      List<ColumnDescription> counters,
      List<ColumnDescription> key) {
    this.counters = counters.size();
    this.positions =
        Stream.concat(counters.stream(), key.stream())
            .flatMapToInt(column -> IntStream.of(columns.indexOf(column)))
            .toArray();
    String cql =
        String.format(
            "UPDATE %s SET %s WHERE %s",
            table.cql(), join(counters, "%1$s = %1$s + ?", ", "), join(key, "%s = ?", " AND "));
    this.prepared = Preparation.prepare(session, cql, "The counter update of " + table);
  }

  /** Whether the row has a value for any of the counters. */
  boolean addsAnything(RawRow row) {
    for (int i = 0; i < counters; i++) {
      if (row.bytes(positions[i]) != null) {
        return true;
      }
    }
    return false;
  }

  /** Missing values stay UNSET: adding 0 to a null counter would make it 0. */
  BoundStatement bind(RawRow row) {
    BoundStatement statement = prepared.bind().setIdempotent(false);
    for (int i = 0; i < positions.length; i++) {
      ByteBuffer value = row.bytes(positions[i]);
      if (value != null) {
        statement = statement.setBytesUnsafe(i, value);
      }
    }
    return statement;
  }

  private static String join(List<ColumnDescription> columns, String form, String separator) {
    return columns.stream()
        .map(column -> String.format(form, TableDescription.quote(column.name())))
        .collect(Collectors.joining(separator));
  }
}
