package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.internal.batch.HeldAnswers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests the metrics of failures, retries and requests in flight on a real cluster. */
@ClusterTest
class WriterMetricsIT {

  private static PreparedStatement insert;
  private static PreparedStatement insertText;

  private final CqlSession session = TestCluster.session();

  @BeforeAll
  static void prepare() {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t (p int, c int, v blob, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".s (p text, c text, PRIMARY KEY (p, c))"));
    CqlSession session = TestCluster.session();
    insert = session.prepare("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (?, ?, ?)");
    insertText = session.prepare("INSERT INTO " + keyspace + ".s (p, c) VALUES (?, ?)");
  }

  @Test
  void splitUnitIsNotAtomic() throws InterruptedException {
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
  void countsFailuresByKind() {
    try (BatchWriter writer = BatchWriter.builder(session).parallelism(8).maxAttempts(1).build()) {
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
  void rejectedBatchIsAFallback() throws InterruptedException {
    AtomicLong refused = new AtomicLong();
    WriteOutcome outcome =
        new WriteOutcome() {
          @Override
          public void written(long bytes) {}

          @Override
          public @Nullable BulkOperationException rejected(RowRejectedException failure) {
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
  void countsRequestsInFlight() throws InterruptedException {
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

  /** The pause between two attempts is at least 50 ms. */
  @Test
  void countsRetriesAndIncludesTheirTimeInLatency() throws InterruptedException {
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

  /** Statements of a rejected batch that wait to be sent alone count as queued. */
  @Test
  void statementsToBeSentAloneAreQueued() throws InterruptedException {
    try (BatchWriter writer = writer(session, new BatchLimits(3, 1 << 20, 10_000))) {
      WriteOutcome deaf =
          new WriteOutcome() {
            @Override
            public void written(long bytes) {}

            @Override
            public @Nullable BulkOperationException rejected(RowRejectedException failure) {
              return null;
            }
          };
      writer.add(List.of(insertText.bind("q", "1"), insertText.bind("q", "2")), deaf);
      writer.add(List.of(insertText.bind("q", null)), deaf);
      long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (writer.metrics().queued() == 0 && System.nanoTime() < until) {
        Thread.sleep(5);
      }
      assertThat(writer.metrics().fallbacks()).isEqualTo(1);
      assertThat(writer.metrics().queued()).isEqualTo(3);
      writer.flush();
      assertThat(writer.metrics().queued()).isZero();
      assertThat(writer.metrics().rows()).isEqualTo(1);
    }
  }

  @Test
  void waitForSlotIsNotInFlight() throws Exception {
    HeldAnswers answers = new HeldAnswers(1);
    try (BatchWriter writer = BatchWriter.builder(answers.session(session)).parallelism(1).build();
        answers) {
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int row = i;
        Thread caller =
            new Thread(
                () -> {
                  try {
                    execute(writer, rows(row, 1, 10), BatchType.UNLOGGED);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
        callers.add(caller);
        caller.start();
      }
      while (callers.stream().anyMatch(each -> each.getState() != Thread.State.WAITING)) {
        Thread.sleep(5);
      }
      assertThat(answers.asked()).isEqualTo(1);
      assertThat(writer.metrics().inFlight()).isEqualTo(1);
      Thread.sleep(500);
      answers.release(0);
      for (Thread caller : callers) {
        caller.join();
      }
      BatchMetrics metrics = writer.metrics();
      assertThat(metrics.inFlight()).isZero();
      assertThat(metrics.latencies().count()).isEqualTo(5);
      assertThat(metrics.latencies().max()).isGreaterThanOrEqualTo(500_000);
      // The others waited as long, but for a slot.
      assertThat(metrics.latencies().p50()).isLessThan(400_000);
    }
  }

  private CqlSession answering(UnaryOperator<CompletionStage<AsyncResultSet>> answers) {
    return RecordingSession.answering(
            session, (statement, send) -> answers.apply(send.apply(statement)))
        .session();
  }

  private static void execute(
      BatchWriter writer, List<BatchableStatement<?>> statements, BatchType type)
      throws InterruptedException {
    BatchResult result = writer.execute(statements.stream().map(Operation::of).toList(), type);
    assertThat(result.applied()).isTrue();
  }

  /** Batches stay open until they are full or flushed. */
  private static BatchWriter writer(CqlSession over, BatchLimits limits) {
    return BatchWriter.builder(over).limits(limits).maxAge(Duration.ZERO).build();
  }

  private static List<BatchableStatement<?>> rows(int partition, int rows, int bytes) {
    List<BatchableStatement<?>> statements = new ArrayList<>(rows);
    for (int c = 0; c < rows; c++) {
      statements.add(row(partition, c, bytes));
    }
    return statements;
  }

  private static BoundStatement row(int partition, int c, int bytes) {
    return insert.bind(partition, c, ByteBuffer.allocate(bytes));
  }
}
