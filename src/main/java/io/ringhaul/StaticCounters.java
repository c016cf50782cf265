package io.ringhaul;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.request.RequestSettings;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Adds to the static counters of a table that was empty, once for each partition, although every
 * row of a partition carries them and its rows may lie anywhere in the source. To remember all
 * partitions would take memory without bound, so the table itself is asked: a partition that has a
 * value has had its update, for each is waited for before another row of the partition is looked
 * at. These reads come on top of the requests in flight, one for each reader of the source.
 * Thread-safe.
 */
final class StaticCounters {

  /** A read at one of these sees every acknowledged write at the same. */
  private static final Set<ConsistencyLevel> STRONG =
      Set.of(
          DefaultConsistencyLevel.LOCAL_QUORUM,
          DefaultConsistencyLevel.QUORUM,
          DefaultConsistencyLevel.EACH_QUORUM,
          DefaultConsistencyLevel.ALL);

  private static final int STRIPES = 1 << 10;

  private static final class Stripe {
    private @Nullable ByteBuffer lastAdded;
  }

  private final CqlSession session;
  private final RequestSettings requests;
  private final BatchWriter writer;
  private final CounterUpdate update;
  private final PreparedStatement look;
  private final int[] key;
  private final Stripe[] stripes = new Stripe[STRIPES];

  /** Partitions whose update is in doubt: it may still take effect after a look. */
  private final Set<ByteBuffer> doubtful = ConcurrentHashMap.newKeySet();

  /**
   * @param columns the columns in the order in which rows carry them
   * @param counters the static ones among them
   */
  StaticCounters(
      CqlSession session,
      TableDescription table,
      List<ColumnDescription> columns,
      List<ColumnDescription> counters,
      RequestSettings requests,
      BatchWriter writer) {
    this.session = session;
    this.requests = requests;
    this.writer = writer;
    List<ColumnDescription> partitionKey = table.partitionKey();
    this.update = new CounterUpdate(session, table, columns, counters, partitionKey);
    this.key = partitionKey.stream().mapToInt(columns::indexOf).toArray();
    this.look =
        session.prepare(
            String.format(
                "SELECT %s FROM %s WHERE %s LIMIT 1",
                counters.stream()
                    .map(column -> TableDescription.quote(column.name()))
                    .collect(Collectors.joining(", ")),
                table.cql(),
                partitionKey.stream()
                    .map(column -> TableDescription.quote(column.name()) + " = ?")
                    .collect(Collectors.joining(" AND "))));
    Arrays.setAll(stripes, i -> new Stripe());
  }

  /**
   * Adds the row's static counters unless its partition has had them.
   *
   * @param rows how many written rows it counts as
   */
  void add(RawRow row, int rows) throws InterruptedException {
    if (!update.addsAnything(row)) {
      return;
    }
    BoundStatement statement = update.bind(row);
    ByteBuffer partition = statement.getRoutingKey();
    if (partition == null) {
      throw new IllegalStateException("The update of static counters has no routing key");
    }
    Stripe stripe = stripes[Math.floorMod(partition.hashCode(), STRIPES)];
    synchronized (stripe) {
      if (partition.equals(stripe.lastAdded) || doubtful.contains(partition)) {
        return;
      }
      if (!hasValues(row) && !writer.write(statement, rows)) {
        doubtful.add(partition);
      }
      stripe.lastAdded = partition;
    }
  }

  private boolean hasValues(RawRow row) {
    BoundStatement statement = look.bind();
    for (int i = 0; i < key.length; i++) {
      statement = statement.setBytesUnsafe(i, row.bytes(key[i]));
    }
    ConsistencyLevel level = requests.consistency();
    Row found =
        session
            .execute(
                statement
                    .setConsistencyLevel(
                        STRONG.contains(level) ? level : DefaultConsistencyLevel.ALL)
                    .setTimeout(requests.timeout())
                    .setIdempotent(true))
            .one();
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
