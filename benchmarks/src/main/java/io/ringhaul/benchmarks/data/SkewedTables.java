package io.ringhaul.benchmarks.data;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import java.util.SplittableRandom;

/**
 * Tables with uneven distributions over the ring. Column {@code n} numbers the rows of a table from
 * 0.
 */
public final class SkewedTables {

  /** 80 % of the rows are in 5,000 partitions in one range of the ring. */
  public static final String STRETCH = "skewed_stretch";

  /** All rows are in one partition. */
  public static final String ONE_PARTITION = "one_partition";

  private static final int CROWDED = 5_000;
  private static final int ROWS_ELSEWHERE = 10;

  /** A sixty-fourth of the ring, which is part of one vnode. */
  private static final int STRETCH_BITS = 58;

  private SkewedTables() {}

  /** Creates and fills {@link #STRETCH}. */
  public static void fillStretch(BenchCluster cluster, int rows) throws InterruptedException {
    CqlSession session = cluster.session();
    TokenMap ring = session.getMetadata().getTokenMap().orElseThrow();
    // Starts at the start of the widest range, so that one task has the whole stretch.
    long start = 0;
    long widest = 0;
    for (var range : ring.getTokenRanges()) {
      long from = Long.parseLong(ring.format(range.getStart()));
      long width = Long.parseLong(ring.format(range.getEnd())) - from;
      if (width > widest) {
        widest = width;
        start = from + width / 4;
      }
    }
    long end = start + (1L << STRETCH_BITS);
    try (Rows table = new Rows(session, STRETCH)) {
      int inStretch = 0;
      int n = 0;
      int perPartition = rows / 10 * 8 / CROWDED;
      int elsewhere = 0;
      for (long id = 0; inStretch < CROWDED || elsewhere < rows / 5; id++) {
        long token =
            Long.parseLong(
                ring.format(
                    ring.newToken(
                        TypeCodecs.BIGINT.encode(id, session.getContext().getProtocolVersion()))));
        boolean onStretch = token > start && token <= end;
        int here = 0;
        if (onStretch && inStretch < CROWDED) {
          here = perPartition;
          inStretch++;
        } else if (!onStretch && elsewhere < rows / 5) {
          here = ROWS_ELSEWHERE;
          elsewhere += here;
        }
        for (int i = 0; i < here; i++) {
          table.add(id, n++);
        }
      }
    }
    cluster.settle();
  }

  /** Creates and fills {@link #ONE_PARTITION}. */
  public static void fillOnePartition(BenchCluster cluster, int rows) throws InterruptedException {
    try (Rows table = new Rows(cluster.session(), ONE_PARTITION)) {
      for (int n = 0; n < rows; n++) {
        table.add(7, n);
      }
    }
    cluster.settle();
  }

  private static final class Rows implements AutoCloseable {

    private final SplittableRandom random = new SplittableRandom(Dataset.DEFAULT_SEED);
    private final PreparedStatement insert;
    private final BatchWriter writer;

    private Rows(CqlSession session, String table) {
      String name = BenchCluster.KEYSPACE + "." + table;
      session.execute(
          "CREATE TABLE "
              + name
              + " (id bigint, n int, a bigint, b double, v text, PRIMARY KEY (id, n))");
      insert = session.prepare("INSERT INTO " + name + " (id, n, a, b, v) VALUES (?, ?, ?, ?, ?)");
      writer = BatchWriter.over(session);
    }

    private void add(long id, int n) throws InterruptedException {
      writer.add(
          insert.bind(
              id,
              n,
              random.nextLong(),
              random.nextInt(100_000) / 100.0,
              Long.toString(random.nextLong(), Character.MAX_RADIX).repeat(4)));
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
