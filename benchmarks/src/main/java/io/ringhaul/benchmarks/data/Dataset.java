package io.ringhaul.benchmarks.data;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * A table of the keyspace {@value BenchCluster#KEYSPACE} and its rows. Seed and row number
 * determine a row on every machine.
 */
public final class Dataset {

  /** Ten rows per partition, 8 columns, about 93 bytes of values per row. */
  public static final Dataset ORDERS = new Dataset("orders", new OrderData());

  /** One row per partition, 60 columns of mixed types, a tenth of the values null. */
  static final Dataset WIDE = new Dataset("wide", new WideData());

  /** Ten rows per partition, with collections, a user-defined type and a blob. */
  static final Dataset EVENTS = new Dataset("events", new EventData());

  /** Four partitions with all rows. */
  static final Dataset BIG_PARTITION = new Dataset("big_partition", new BigPartitionData());

  public static final long DEFAULT_SEED = 20_250_101;

  private static final List<Dataset> ALL = List.of(ORDERS, WIDE, EVENTS, BIG_PARTITION);

  /** An odd number without a pattern, so that the rows of two seeds are unrelated. */
  private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

  private final String table;
  private final TableData data;

  private Dataset(String table, TableData data) {
    this.table = table;
    this.data = data;
  }

  /** Returns the dataset of a table name. */
  public static Dataset named(String table) {
    return ALL.stream()
        .filter(dataset -> dataset.table.equals(table))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no table "
                        + table
                        + ", but "
                        + ALL.stream().map(Dataset::table).toList()));
  }

  /** Returns the table name without the keyspace. */
  public String table() {
    return table;
  }

  /** Returns the column names in their order of definition. */
  public List<String> columns() {
    return data.columns().stream().map(column -> column.substring(0, column.indexOf(' '))).toList();
  }

  /** Returns the CREATE TABLE IF NOT EXISTS statement for a table of this shape. */
  String createStatement(String name) {
    return String.format(
        "CREATE TABLE IF NOT EXISTS %s.%s (%s, PRIMARY KEY %s)",
        BenchCluster.KEYSPACE, name, String.join(", ", data.columns()), data.primaryKey());
  }

  /** Returns the INSERT statement for all columns of a table of this shape. */
  public String insertStatement(String name) {
    return String.format(
        "INSERT INTO %s.%s (%s) VALUES (%s)",
        BenchCluster.KEYSPACE,
        name,
        String.join(", ", columns()),
        String.join(", ", columns().stream().map(column -> "?").toList()));
  }

  /** Creates an empty table of this shape and the required types, if missing. */
  public void create(CqlSession session, String name) {
    for (String type : data.types()) {
      session.execute("CREATE TYPE IF NOT EXISTS " + BenchCluster.KEYSPACE + "." + type);
    }
    session.execute(createStatement(name));
  }

  /** Fills {@link #table()} from the default seed. */
  public void fill(BenchCluster cluster, long rows) throws InterruptedException {
    fill(cluster, table(), rows, DEFAULT_SEED);
  }

  /**
   * Creates a table of this shape, fills it, and waits until the nodes have flushed and compacted
   * it.
   *
   * @param name the table name without the keyspace
   * @param rows 1 or more; memory use does not depend on it
   */
  public void fill(BenchCluster cluster, String name, long rows, long seed)
      throws InterruptedException {
    long started = System.nanoTime();
    create(cluster.session(), name);
    write(cluster.session(), name, rows, seed);
    double seconds = (System.nanoTime() - started) / 1e9;
    cluster.settle();
    System.out.printf(
        Locale.ROOT,
        "%s: %,d rows filled in in %.1f s, settled after %.1f s%n",
        name,
        rows,
        seconds,
        (System.nanoTime() - started) / 1e9);
  }

  private void write(CqlSession session, String name, long rows, long seed)
      throws InterruptedException {
    PreparedStatement insert = session.prepare(insertStatement(name));
    try (BatchWriter writer = BatchWriter.over(session)) {
      for (long number = 0; number < rows; number++) {
        SplittableRandom random = new SplittableRandom(seed * SPREAD + number);
        writer.add(data.bind(insert.boundStatementBuilder(), number, random).build());
      }
      writer.flush();
    }
  }
}
