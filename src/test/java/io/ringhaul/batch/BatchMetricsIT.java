package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.BatchMetrics.Distribution;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.internal.batch.CountingCluster;
import io.ringhaul.internal.batch.CountingCluster.Batches;
import io.ringhaul.internal.batch.CountingCluster.Counted;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests that the metrics of a writer match the counts of the servers. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchMetricsIT {

  private CountingCluster cluster;
  private CqlSession session;
  private PreparedStatement insert;
  private PreparedStatement insertOther;
  private PreparedStatement add;
  private PreparedStatement select;

  @BeforeAll
  void prepare() throws Exception {
    cluster = CountingCluster.open();
    session = cluster.session();
    String keyspace = cluster.newKeyspace();
    cluster.define("CREATE TABLE " + keyspace + ".t (p int, c int, v blob, PRIMARY KEY (p, c))");
    cluster.define("CREATE TABLE " + keyspace + ".u (p int, c int, v blob, PRIMARY KEY (p, c))");
    cluster.define("CREATE TABLE " + keyspace + ".n (p int, c int, n counter, PRIMARY KEY (p, c))");
    insert = session.prepare("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (?, ?, ?)");
    insertOther = session.prepare("INSERT INTO " + keyspace + ".u (p, c, v) VALUES (?, ?, ?)");
    add = session.prepare("UPDATE " + keyspace + ".n SET n = n + ? WHERE p = ? AND c = ?");
    select = session.prepare("SELECT v FROM " + keyspace + ".t WHERE p = ? AND c = ?");
  }

  @AfterAll
  void end() throws Exception {
    cluster.close();
  }

  /** A single statement is not a batch for the server. */
  @Test
  void metricsMatchServerCounts() throws Exception {
    Counted before = cluster.counted();
    BatchMetrics metrics;
    try (BatchWriter writer = writer(new BatchLimits(10, 1 << 20, 10_000))) {
      executeUnits(writer);
      List<Callable<Void>> adding = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = 1_000 + 25 * thread;
        adding.add(() -> addRows(writer, first, 25));
      }
      runAll(adding);
      for (int i = 0; i < 40; i++) {
        writer.add(add.bind(1L, 2_000 + i % 20, i));
      }
      for (int p = 0; p < 7; p++) {
        writer.add(row(3_000 + p, 0, 10));
      }
      assertThat(writer.metrics().queued()).isEqualTo(47);
      writer.flush();
      metrics = writer.metrics();
    }

    assertThat(metrics)
        .isEqualTo(
            new BatchMetrics(
                metrics.since(),
                1_110,
                1_110,
                27_810,
                10,
                0,
                5,
                103,
                21,
                8,
                123,
                1,
                0,
                0,
                Map.of(),
                0,
                0,
                new Distribution(129, 1_102, 10, 10, 10, 10),
                metrics.latencies()));
    Distribution latencies = metrics.latencies();
    assertThat(latencies.count()).isEqualTo(137);
    assertThat(latencies.p50()).isPositive();
    assertThat(List.of(latencies.p50(), latencies.p95(), latencies.p99(), latencies.max()))
        .isSorted();

    Counted counted = cluster.counted().since(before);
    assertThat(counted)
        .isEqualTo(
            new Counted(
                new Batches(metrics.logged(), 1, 4 * 3 + 1),
                new Batches(metrics.unlogged(), 2 + 100, 2 + 100 + 8),
                new Batches(metrics.counter(), 20, 20 + 5)));
    assertThat(counted.singlePartition()).isEqualTo(metrics.singlePartition());
  }

  private void executeUnits(BatchWriter writer) throws InterruptedException {
    for (int unit = 0; unit < 4; unit++) {
      List<BatchableStatement<?>> statements = new ArrayList<>();
      for (int p = 0; p < 3; p++) {
        statements.add(row(10 * unit + p, 0, 10));
        statements.add(insertOther.bind(10 * unit + p, 0, ByteBuffer.allocate(10)));
      }
      execute(writer, statements, BatchType.LOGGED);
    }
    execute(writer, rows(1, 5, 10), BatchType.LOGGED);
    execute(writer, rows(1, 10, 10), BatchType.UNLOGGED);
    execute(writer, rows(2, 10, 10), BatchType.UNLOGGED);
    List<BatchableStatement<?>> large = new ArrayList<>();
    List<BatchableStatement<?>> counters = new ArrayList<>();
    for (int p = 0; p < 8; p++) {
      large.add(row(p, 1, 1_000));
    }
    for (int p = 0; p < 5; p++) {
      counters.add(add.bind(1L, p, 0));
    }
    execute(writer, large, BatchType.UNLOGGED);
    execute(writer, counters, BatchType.UNLOGGED);
    execute(writer, rows(1, 1, 10), BatchType.LOGGED);
  }

  private static void execute(
      BatchWriter writer, List<BatchableStatement<?>> statements, BatchType type)
      throws InterruptedException {
    BatchResult result = writer.execute(statements.stream().map(Operation::of).toList(), type);
    assertThat(result.applied()).isTrue();
  }

  private Void addRows(BatchWriter writer, int first, int partitions) throws InterruptedException {
    for (int c = 0; c < 10; c++) {
      for (int p = first; p < first + partitions; p++) {
        writer.add(row(p, c, 10));
      }
    }
    return null;
  }

  private static void runAll(List<Callable<Void>> tasks) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
    try {
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** With reads among the operations no batch is sent, and reads do not count as rows. */
  @Test
  void countsOperationsBesideReadsAsSingleStatements() throws Exception {
    Counted before = cluster.counted();
    try (BatchWriter writer = writer(BatchLimits.DEFAULT)) {
      List<BatchableStatement<?>> mixed = new ArrayList<>(rows(1, 2, 10));
      mixed.add(select.bind(1, 0));
      execute(writer, mixed, BatchType.LOGGED);
      BatchMetrics metrics = writer.metrics();
      assertThat(metrics.concurrent()).isEqualTo(1);
      assertThat(metrics.atomic()).isZero();
      assertThat(metrics.operations()).isEqualTo(3);
      assertThat(metrics.single()).isEqualTo(3);
      assertThat(metrics.batches()).isZero();
      assertThat(metrics.rows()).isEqualTo(2);
      assertThat(metrics.bytes()).isEqualTo(2 * 18);
      assertThat(metrics.latencies().count()).isEqualTo(3);
    }
    assertThat(cluster.counted()).isEqualTo(before);
  }

  /** Batches stay open until they are full or flushed. */
  private BatchWriter writer(BatchLimits limits) {
    return BatchWriter.builder(session)
        .grouping(Grouping.PARTITION)
        .limits(limits)
        .maxAge(Duration.ZERO)
        .build();
  }

  private List<BatchableStatement<?>> rows(int partition, int rows, int bytes) {
    List<BatchableStatement<?>> statements = new ArrayList<>(rows);
    for (int c = 0; c < rows; c++) {
      statements.add(row(partition, c, bytes));
    }
    return statements;
  }

  private BoundStatement row(int partition, int c, int bytes) {
    return insert.bind(partition, c, ByteBuffer.allocate(bytes));
  }
}
