package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.BatchWriter;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A table of the keyspace {@value BenchCluster#KEYSPACE} and its rows. The same seed and number
 * give the same row, on every machine.
 */
enum Dataset {
  /** Ten rows to a partition, 8 columns, some 93 bytes of values to a row. */
  ORDERS(new OrderData()),
  /** One row to a partition, 60 columns of mixed types, a tenth of them null. */
  WIDE(new WideData()),
  /** Ten rows to a partition, with collections, a user-defined type and a blob. */
  EVENTS(new EventData()),
  /** Four partitions that share all rows. */
  BIG_PARTITION(new BigPartitionData());

  static final long DEFAULT_SEED = 20_250_101;

  /** An odd number without a pattern, so that the rows of two seeds have nothing in common. */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private final TableData data;

  Dataset(TableData data) {
    this.data = data;
  }

  /** The one of a table of that name. */
  static Dataset named(String table) {
    return valueOf(table.toUpperCase(Locale.ROOT));
  }

  /** The table's name without its keyspace. */
  String table() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of the columns, in the order in which they were made. */
  List<String> columns() {
    return data.columns().stream().map(column -> column.substring(0, column.indexOf(' '))).toList();
  }

  /** The statement that makes a table of this shape where it is missing. */
  String createStatement(String table) {
    return String.format(
        "CREATE TABLE IF NOT EXISTS %s.%s (%s, PRIMARY KEY %s)",
        BenchCluster.KEYSPACE, table, String.join(", ", data.columns()), data.primaryKey());
  }

  /** The statement that writes all columns of a table of this shape. */
  String insertStatement(String table) {
    return String.format(
        "INSERT INTO %s.%s (%s) VALUES (%s)",
        BenchCluster.KEYSPACE,
        table,
        String.join(", ", columns()),
        String.join(", ", columns().stream().map(column -> "?").toList()));
  }

  /** Makes an empty table of this shape, and the types that it needs, where they are missing. */
  void create(CqlSession session, String table) {
    for (String type : data.types()) {
      session.execute("CREATE TYPE IF NOT EXISTS " + BenchCluster.KEYSPACE + "." + type);
    }
    session.execute(createStatement(table));
  }

  /** Fills {@link #table()} from the default seed. */
  void fill(BenchCluster cluster, long rows) throws InterruptedException {
    fill(cluster, table(), rows, DEFAULT_SEED);
  }

  /**
   * Makes a table of this shape, fills it, and waits until the cluster has brought it into the form
   * in which it stays.
   *
   * @param table without its keyspace
   * @param rows 1 or more; memory does not grow with them
   */
  void fill(BenchCluster cluster, String table, long rows, long seed) throws InterruptedException {
    long started = System.nanoTime();
    create(cluster.session(), table);
    write(cluster.session(), table, rows, seed);
    double seconds = (System.nanoTime() - started) / 1e9;
    cluster.settle();
    System.out.printf(
        Locale.ROOT,
        "%s: %,d rows filled in in %.1f s, settled after %.1f s%n",
        table,
        rows,
        seconds,
        (System.nanoTime() - started) / 1e9);
  }

  private void write(CqlSession session, String table, long rows, long seed)
      throws InterruptedException {
    PreparedStatement insert = session.prepare(insertStatement(table));
    try (BatchWriter writer = BatchWriter.over(session)) {
      for (long number = 0; number < rows; number++) {
        BoundStatementBuilder row = insert.boundStatementBuilder();
        data.bind(row, number, new SplittableRandom(seed * SPREAD + number));
        writer.add(row.build());
      }
      writer.flush();
    }
  }
}
