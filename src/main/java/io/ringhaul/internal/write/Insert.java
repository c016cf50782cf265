package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One prepared INSERT of some columns of the rows. Thread-safe. */
final class Insert {

  /**
   * A bound statement without values. Copying it costs less than binding the prepared statement.
   */
  private final BoundStatement unset;

  private final int[] positions;
  private final int[] values;

  /** The positions of the row's own times, which follow the values in the statement. */
  private final int[] times;

  private final NullHandling nullHandling;

  /**
   * @param columns the columns in the order of a row's values
   * @param taken whether a column is inserted
   * @param nullHandling what is written for missing values
   */
  Insert(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      Predicate<ColumnDescription> taken,
      NullHandling nullHandling) {
    this.nullHandling = nullHandling;
    this.positions =
        IntStream.range(0, columns.size())
            .filter(i -> columns.get(i).kind() != Kind.METADATA && taken.test(columns.get(i)))
            .toArray();
    this.values = IntStream.of(positions).filter(i -> !columns.get(i).isPrimaryKey()).toArray();
    this.times =
        IntStream.range(0, columns.size())
            .filter(i -> RowTimes.COLUMNS.contains(columns.get(i)))
            .toArray();
    this.unset =
        Preparation.prepare(
                session,
                String.format(
                    "INSERT INTO %s (%s) VALUES (%s)%s",
                    table.cql(),
                    IntStream.of(positions)
                        .mapToObj(i -> TableDescription.quote(columns.get(i).name()))
                        .collect(Collectors.joining(", ")),
                    IntStream.of(positions).mapToObj(i -> "?").collect(Collectors.joining(", ")),
                    times.length == 0
                        ? ""
                        : IntStream.of(times)
                            .mapToObj(i -> columns.get(i).name().equals(RowTimes.TTL))
                            .map(isTtl -> isTtl ? "TTL ?" : "TIMESTAMP ?")
                            .collect(Collectors.joining(" AND ", " USING ", ""))),
                "The insert into " + table)
            .bind();
  }

  /** Whether the row has a value besides its key. */
  boolean writesAnything(RawRow row) {
    return nullHandling == NullHandling.TOMBSTONE
        || IntStream.of(values).anyMatch(i -> row.bytes(i) != null);
  }

  /** Missing values stay UNSET unless the import writes tombstones. */
  BoundStatement bind(RawRow row) {
    // A builder, because each setter of a bound statement copies it.
    BoundStatementBuilder statement =
        new BoundStatementBuilder(unset).setRoutingKey((ByteBuffer) null);
    for (int i = 0; i < positions.length; i++) {
      ByteBuffer value = row.bytes(positions[i]);
      if (value != null || nullHandling == NullHandling.TOMBSTONE) {
        statement.setBytesUnsafe(i, value);
      }
    }
    for (int i = 0; i < times.length; i++) {
      // Without one, the table's default TTL and the time of the request.
      ByteBuffer time = row.bytes(times[i]);
      if (time != null) {
        statement.setBytesUnsafe(positions.length + i, time);
      }
    }
    return statement.build();
  }
}
