package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.BatchMetrics.Distribution;
import io.ringhaul.batch.CountingCluster.Batches;
import io.ringhaul.batch.CountingCluster.Counted;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRefusedException;
import io.ringhaul.request.RequestSettings;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a writer says that it did is what the servers saw. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchMetricsIT {

  private CountingCluster cluster;
  private CqlSession session;
  private PreparedStatement insert;
  private PreparedStatement insertOther;
  private PreparedStatement add;
  private PreparedStatement insertText;
  private PreparedStatement select;

  @BeforeAll
  void prepare() throws Exception {
    cluster = CountingCluster.open();
    session = cluster.session();
    String keyspace = cluster.newKeyspace();
    cluster.define("CREATE TABLE " + keyspace + ".t (p int, c int, v blob, PRIMARY KEY (p, c))");
    cluster.define("CREATE TABLE " + keyspace + ".u (p int, c int, v blob, PRIMARY KEY (p, c))");
    cluster.define("CREATE TABLE " + keyspace + ".n (p int, c int, n counter, PRIMARY KEY (p, c))");
    cluster.define("CREATE TABLE " + keyspace + ".s (p text, c text, PRIMARY KEY (p, c))");
    insert = session.prepare("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (?, ?, ?)");
    insertOther = session.prepare("INSERT INTO " + keyspace + ".u (p, c, v) VALUES (?, ?, ?)");
    add = session.prepare("UPDATE " + keyspace + ".n SET n = n + ? WHERE p = ? AND c = ?");
    insertText = session.prepare("INSERT INTO " + keyspace + ".s (p, c) VALUES (?, ?)");
    select = session.prepare("SELECT v FROM " + keyspace + ".t WHERE p = ? AND c = ?");
  }

  @AfterAll
  void end() throws Exception {
    cluster.close();
  }

  /** A statement that is alone is no batch for the server. */
  @Test
  void theServersHaveCountedTheSameBatches() throws Exception {
    Counted before = cluster.counted();
    BatchMetrics metrics;
    try (BatchWriter writer = writer(session, new BatchLimits(10, 1 << 20, 10_000))) {
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

  /** Where reads are among the operations, nothing is a batch, and reads are no rows. */
  @Test
  void operationsBesideReadsAreCountedAsSingleStatements() throws Exception {
    Counted before = cluster.counted();
    try (BatchWriter writer = writer(session, BatchLimits.DEFAULT)) {
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

  @Test
  void aUnitThatIsSplitIsNotAtomic() throws InterruptedException {
    try (BatchWriter writer = BatchWriter.builder(session).maxOperations(10).autoSplit().build()) {
      execute(writer, rows(1, 10, 10), BatchType.UNLOGGED);
      execute(writer, rows(1, 25, 10), BatchType.UNLOGGED);
      BatchMetrics metrics = writer.metrics();
      assertThat(metrics.atomic()).isEqualTo(1);
      assertThat(metrics.concurrent()).isEqualTo(1);
      assertThat(metrics.unlogged()).isEqualTo(4);
      assertThat(metrics.operations()).isEqualTo(35);
    }
  }

  @Test
  void failuresAreCountedByTheirKind() {
    RequestSettings once =
        new RequestSettings(
            8, DefaultConsistencyLevel.LOCAL_QUORUM, Duration.ofMinutes(1), 1, Optional.empty());
    try (BatchWriter writer = BatchWriter.builder(session).requests(once).build()) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(
                () -> execute(writer, List.of(insertText.bind("", "c")), BatchType.UNLOGGED))
            .isInstanceOf(BulkOperationException.class);
      }
      assertThatThrownBy(
              () ->
                  execute(
                      writer,
                      List.of(row(1, 1, 10).setConsistencyLevel(DefaultConsistencyLevel.THREE)),
                      BatchType.UNLOGGED))
          .isInstanceOf(BulkOperationException.class);
      BatchMetrics metrics = writer.metrics();
      assertThat(metrics.failures()).isEqualTo(Map.of("InvalidQuery", 2L, "Unavailable", 1L));
      assertThat(metrics.operations()).isZero();
      assertThat(metrics.latencies().count()).isZero();
      assertThat(metrics.inFlight()).isZero();
    }
  }

  @Test
  void aRefusedBatchIsAFallback() throws InterruptedException {
    AtomicLong refused = new AtomicLong();
    WriteOutcome outcome =
        new WriteOutcome() {
          @Override
          public void written(long bytes) {}

          @Override
          public @Nullable BulkOperationException refused(RowRefusedException failure) {
            refused.incrementAndGet();
            return null;
          }
        };
    try (BatchWriter writer = writer(session, new BatchLimits(10, 1 << 20, 10_000))) {
      for (int c = 0; c < 9; c++) {
        writer.add(List.of(insertText.bind("p", "c" + c)), outcome);
      }
      writer.add(List.of(insertText.bind("p", "c".repeat(70_000))), outcome);
      writer.flush();
      BatchMetrics metrics = writer.metrics();
      assertThat(refused).hasValue(1);
      assertThat(metrics.fallbacks()).isEqualTo(1);
      assertThat(metrics.failures()).isEqualTo(Map.of("InvalidQuery", 2L));
      assertThat(metrics.batches()).isZero();
      assertThat(metrics.single()).isEqualTo(9);
      assertThat(metrics.rows()).isEqualTo(9);
    }
  }

  @Test
  void whatIsUnderWayIsCounted() throws InterruptedException {
    CompletableFuture<Void> answers = new CompletableFuture<>();
    CqlSession slow = answering(answer -> answer.thenCombine(answers, (rows, released) -> rows));
    try (BatchWriter writer = writer(slow, new BatchLimits(2, 1 << 20, 10_000))) {
      for (int i = 0; i < 9; i++) {
        writer.add(row(i / 2, i, 10));
      }
      assertThat(writer.metrics().inFlight()).isEqualTo(4);
      assertThat(writer.metrics().queued()).isEqualTo(1);
      assertThat(writer.metrics().operations()).isZero();
      answers.complete(null);
      writer.flush();
      assertThat(writer.metrics().inFlight()).isZero();
      assertThat(writer.metrics().queued()).isZero();
      assertThat(writer.metrics().operations()).isEqualTo(9);
    }
  }

  /** Between two attempts there is a pause of 50 ms at the least. */
  @Test
  void retriesAreCountedAndTheirTimeIsPartOfTheLatency() throws InterruptedException {
    AtomicLong answers = new AtomicLong();
    CqlSession losing =
        answering(
            answer ->
                answers.getAndIncrement() == 0
                    ? answer.thenCompose(
                        lost -> CompletableFuture.failedFuture(new DriverTimeoutException("lost")))
                    : answer);
    try (BatchWriter writer = writer(losing, BatchLimits.DEFAULT)) {
      writer.add(row(1, 1, 10));
      writer.flush();
      BatchMetrics metrics = writer.metrics();
      assertThat(metrics.retries()).isEqualTo(1);
      assertThat(metrics.failures()).isEmpty();
      assertThat(metrics.latencies().count()).isEqualTo(1);
      assertThat(metrics.latencies().max()).isGreaterThanOrEqualTo(50_000);

      writer.resetMetrics();
      writer.add(row(1, 2, 10));
      writer.flush();
      assertThat(writer.metrics().retries()).isZero();
      assertThat(writer.metrics().operations()).isEqualTo(1);
      assertThat(writer.metrics().since()).isLessThan(writer.lifetimeMetrics().since());
      assertThat(writer.lifetimeMetrics().retries()).isEqualTo(1);
      assertThat(writer.lifetimeMetrics().operations()).isEqualTo(2);
    }
  }

  private CqlSession answering(UnaryOperator<CompletionStage<Object>> answers) {
    return (CqlSession)
        Proxy.newProxyInstance(
            CqlSession.class.getClassLoader(),
            new Class<?>[] {CqlSession.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(session, arguments);
              if (!method.getName().equals("executeAsync")) {
                return result;
              }
              @SuppressWarnings("unchecked")
              CompletionStage<Object> answer = (CompletionStage<Object>) result;
              return answers.apply(answer);
            });
  }

  /** Batches wait until they are full or flushed. */
  private static BatchWriter writer(CqlSession over, BatchLimits limits) {
    return BatchWriter.builder(over).limits(limits).maxAge(Duration.ZERO).build();
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
