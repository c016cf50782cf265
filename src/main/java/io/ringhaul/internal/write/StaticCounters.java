package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Adds to the static counters of a table that was empty, once for each partition, although every
 * row of a partition carries them and its rows may lie anywhere in the source: the table itself is
 * asked. A partition that has a value has had its update, for each is waited for before another row
 * of the partition is looked at. Thread-safe.
 */
final class StaticCounters {

  private final CounterUpdate update;
  private final PartitionLook look;
  private final OncePerPartition once = new OncePerPartition();

  /**
   * @param columns the columns in the order in which rows carry them
   * @param counters the static ones among them
   */
  StaticCounters(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      List<ColumnDescription> counters,
      ImportWriters writers) {
    this.update = new CounterUpdate(session, table, columns, counters, table.partitionKey());
    this.look = new PartitionLook(session, table, columns, counters, writers.looks());
  }

  /**
   * Adds the row's static counters unless its partition has had them.
   *
   * @param rows how many written rows it counts as
   * @param sharedColumns writes them
   */
  void add(RawRow row, int rows, SharedColumnWriter sharedColumns) throws InterruptedException {
    if (!update.addsAnything(row)) {
      return;
    }
    BoundStatement statement = update.bind(row);
    ByteBuffer partition = statement.getRoutingKey();
    if (partition == null) {
      throw new IllegalStateException("The update of static counters has no routing key");
    }
    once.write(
        partition, () -> look.findsAny(row) || sharedColumns.write(List.of(statement), rows));
  }
}
