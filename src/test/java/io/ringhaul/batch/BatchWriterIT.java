package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRefusedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.request.RequestSettings;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Batches of a writer on a real cluster. */
@ClusterTest
class BatchWriterIT {

  /** Ends the writing with a refused statement. */
  private static final WriteOutcome ENDING =
      new WriteOutcome() {
        @Override
        public void written(long bytes) {}

        @Override
        public BulkOperationException refused(RowRefusedException failure) {
          return failure;
        }
      };

  private final CqlSession session = TestCluster.session();

  /** Equal keys are no reason to share a batch: the replicas may be others. */
  @Test
  void aBatchHasOneKeyspace() throws InterruptedException {
    PreparedStatement one = insert(table());
    PreparedStatement other = insert(table());
    AtomicLong batches = new AtomicLong();
    try (BatchWriter writer =
        BatchWriter.builder(session)
            .requests(settings(8))
            .limits(new BatchLimits(100, 1 << 20, 10_000))
            .maxAge(Duration.ZERO)
            .listener((rows, bytes) -> batches.incrementAndGet())
            .build()) {
      for (int c = 0; c < 10; c++) {
        writer.add(one.bind(1, c, c));
        writer.add(other.bind(1, c, -c));
      }
      writer.flush();
      assertThat(writer.writtenStatements()).isEqualTo(20);
    }
    assertThat(batches).hasValue(2);
  }

  /** A batch has one keyspace for all statements that do not name theirs. */
  @Test
  void statementsGoToTheKeyspaceTheyAreFor() throws InterruptedException {
    String one = table();
    String other = table();
    CqlIdentifier inOne = CqlIdentifier.fromCql(one.substring(0, one.indexOf('.')));
    CqlIdentifier inOther = CqlIdentifier.fromCql(other.substring(0, other.indexOf('.')));
    String text = "(p, c, v) VALUES (1, ?, 0)";
    SimpleStatement first =
        SimpleStatement.newInstance("INSERT INTO t " + text, 1)
            .setKeyspace(inOne)
            .setRoutingKey(TypeCodecs.INT.encode(1, ProtocolVersion.DEFAULT));
    SimpleStatement second = first.setKeyspace(inOther).setPositionalValues(List.of(2));
    SimpleStatement misleading =
        first.setQuery("INSERT INTO " + one + text).setPositionalValues(List.of(3));
    BoundStatement bound = insert(one).bind(1, 4, 0);
    try (BatchWriter writer = BatchWriter.over(session)) {
      writer.writeAll(List.of(first, second, misleading, bound));
      assertThat(rows(one)).containsExactly(1, 3, 4);
      assertThat(rows(other)).containsExactly(2);

      assertThatThrownBy(
              () ->
                  writer.execute(
                      List.of(Operation.of(first), Operation.of(second)), BatchType.LOGGED))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining(inOne.asCql(true))
          .hasMessageContaining(inOther.asCql(true));
      writer.execute(
          List.of(
              Operation.of(misleading.setPositionalValues(List.of(5))),
              Operation.of(second.setPositionalValues(List.of(6))),
              Operation.of(insert(one).bind(1, 7, 0))),
          BatchType.LOGGED);
      assertThat(rows(one)).containsExactly(1, 3, 4, 5, 7);
      assertThat(rows(other)).containsExactly(2, 6);
    }
  }

  private List<Integer> rows(String table) {
    return session.execute("SELECT c FROM " + table + " WHERE p = 1").all().stream()
        .map(row -> row.getInt(0))
        .toList();
  }

  /** What follows from a result may wait for a place, which the driver's thread frees. */
  @Test
  void whatFollowsFromAResultSendsMore() {
    String table = table();
    BatchWriter writer = BatchWriter.builder(session).parallelism(1).build();
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          List<CompletableFuture<BatchResult>> chains = new ArrayList<>();
          for (int c = 0; c < 20; c++) {
            Operation first = Operation.of(insert(table).bind(1, c, c));
            Operation second = Operation.insert(row(table, 100 + c));
            chains.add(
                writer
                    .executeAsync(List.of(first), BatchType.UNLOGGED)
                    .thenCompose(done -> executeAsync(writer, second))
                    .toCompletableFuture());
          }
          chains.forEach(CompletableFuture::join);
        });
    writer.close();
    assertThat(rows(table)).hasSize(40);
  }

  @Test
  void aClosedWriterTakesNothing() {
    String table = table();
    BatchWriter writer = BatchWriter.over(session);
    writer.close();
    List<Operation> operations = List.of(Operation.insert(row(table, 1)));
    assertThatThrownBy(() -> writer.execute(operations, BatchType.UNLOGGED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The batch writer is closed");
    assertThatThrownBy(() -> writer.executeAsync(operations, BatchType.UNLOGGED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The batch writer is closed");
    assertThatThrownBy(() -> writer.bulkUpsert(List.of(row(table, 1))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The batch writer is closed");
    assertThat(rows(table)).isEmpty();
  }

  /** A part was sent: nobody is to believe that nothing was done. */
  @Test
  void aUnitThatIsCutOffIsInDoubt() throws Exception {
    String table = table();
    List<Operation> operations =
        IntStream.range(0, 3_000)
            .<Operation>mapToObj(c -> Operation.insert(row(table, c)))
            .toList();
    BatchWriter writer =
        BatchWriter.builder(session).parallelism(1).maxOperations(1).autoSplit().build();
    CompletableFuture<BatchResult> result =
        CompletableFuture.completedFuture(0)
            .thenComposeAsync(go -> executeAsync(writer, operations));
    await(() -> writer.metrics().single() > 5);
    writer.abandon();
    assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            BatchFailedException.class,
            failure -> {
              assertThat(failure.outcome()).isEqualTo(BatchFailedException.Outcome.UNKNOWN);
              assertThat(failure.operations()).hasSize(3_000);
            });
    assertThat(rows(table)).isNotEmpty();
  }

  private static TableRow row(String table, int clustering) {
    int dot = table.indexOf('.');
    return TableRow.of(table.substring(0, dot), table.substring(dot + 1))
        .with("p", 1)
        .with("c", clustering)
        .with("v", 0);
  }

  private static CompletionStage<BatchResult> executeAsync(BatchWriter writer, Operation only) {
    return executeAsync(writer, List.of(only));
  }

  private static CompletionStage<BatchResult> executeAsync(
      BatchWriter writer, List<Operation> operations) {
    try {
      return writer.executeAsync(operations, BatchType.UNLOGGED);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Who waits for a place as the writer is closed leaves nothing that others would wait for. */
  @Test
  void aWriterThatIsClosedHasNothingUnderWay() {
    PreparedStatement insert = insert(table());
    for (int i = 0; i < 30; i++) {
      BatchWriter writer =
          BatchWriter.builder(session)
              .requests(settings(1))
              .limits(new BatchLimits(1, 1 << 20, 1))
              .build();
      List<CompletableFuture<Void>> adding =
          List.of(
              CompletableFuture.runAsync(() -> addUntilClosed(writer, insert)),
              CompletableFuture.runAsync(() -> addUntilClosed(writer, insert)));
      while (writer.writtenStatements() == 0) {
        Thread.onSpinWait();
      }
      writer.abandon();
      adding.forEach(CompletableFuture::join);
      assertTimeoutPreemptively(Duration.ofSeconds(20), () -> writer.settle());
    }
  }

  /** What went wrong between two calls is told by the last one, and once. */
  @Test
  void closingTellsOfAFailureThatNobodyHasHeardOf() throws InterruptedException {
    PreparedStatement insert = insert(table());
    BatchWriter writer =
        BatchWriter.builder(session)
            .limits(new BatchLimits(2, 1 << 20, 10_000))
            .maxAge(Duration.ZERO)
            .build();
    for (int p = 0; p < 50; p++) {
      writer.add(insert.bind(p, 1, 1));
    }
    writer.add(List.of(insert.bind(100, null, 1), insert.bind(100, 1, 1)), ENDING);
    await(() -> failures(writer) == 1);
    assertThatThrownBy(writer::close)
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining("Invalid null value in condition for column c");
    writer.close();
    assertThat(writer.writtenStatements()).isZero();
  }

  @Test
  void closingTellsOfAFailureThatOnlyTheAgeOfABatchBroughtUp() throws InterruptedException {
    PreparedStatement insert = insert(table());
    BatchWriter writer = BatchWriter.builder(session).maxAge(Duration.ofMillis(200)).build();
    writer.add(List.of(insert.bind(1, null, 1)), ENDING);
    writer.add(insert.bind(2, 1, 1));
    await(() -> failures(writer) == 1);
    // Its own thread hears of it as it sends the other.
    await(() -> writer.metrics().queued() == 0);
    assertThatThrownBy(writer::close)
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining("Invalid null value in condition for column c");
  }

  @Test
  void closingDoesNotRepeatWhatWasThrown() throws InterruptedException {
    PreparedStatement insert = insert(table());
    try (BatchWriter writer = BatchWriter.over(session)) {
      writer.add(List.of(insert.bind(1, null, 1)), ENDING);
      assertThatThrownBy(writer::flush).isInstanceOf(BulkOperationException.class);
    }
  }

  /** Both are lost, a write that may be done again and one that may not. */
  @Test
  void closingTellsOfDoubtsTogetherWithAFailure() throws InterruptedException {
    String table = TestCluster.newKeyspace(1) + ".n";
    TestCluster.define("CREATE TABLE " + table + " (p int PRIMARY KEY, n counter)");
    PreparedStatement add = session.prepare("UPDATE " + table + " SET n = n + 5 WHERE p = ?");
    PreparedStatement insert = insert(table());
    BatchWriter writer =
        BatchWriter.builder(losingOneAnswer())
            .requests(settings(1))
            .limits(new BatchLimits(1, 1 << 20, 10_000))
            .maxAge(Duration.ZERO)
            .build();
    writer.add(add.bind(77));
    await(() -> failures(writer) == 1);
    writer.add(List.of(insert.bind(1, null, 1)), ENDING);
    await(() -> failures(writer) == 2);
    assertThatThrownBy(writer::close)
        .isInstanceOfSatisfying(
            UnknownWriteOutcomeException.class,
            doubts -> assertThat(doubts.rows()).singleElement().asString().contains("77"))
        .hasMessageContaining("Invalid null value in condition for column c");
  }

  private static long failures(BatchWriter writer) {
    return writer.metrics().failures().values().stream().mapToLong(Long::longValue).sum();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long most = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(most);
      Thread.sleep(5);
    }
    // The writer counts a failure before it draws its conclusions.
    Thread.sleep(50);
  }

  /** The first answer to an addition is lost: to send it again is to add twice. */
  @Test
  void whatIsNotIdempotentIsSentAgainWhereThatIsWanted() throws InterruptedException {
    String table = TestCluster.newKeyspace(1) + ".n";
    TestCluster.define("CREATE TABLE " + table + " (p int PRIMARY KEY, n counter)");
    PreparedStatement add = session.prepare("UPDATE " + table + " SET n = n + 5 WHERE p = ?");
    try (BatchWriter writer = writer(losingOneAnswer(), settings(1).retryingNonIdempotent())) {
      writer.add(add.bind(1));
      writer.flush();
      assertThat(writer.retries()).isEqualTo(1);
      assertThat(writer.writtenStatements()).isEqualTo(1);
    }
    try (BatchWriter writer = writer(losingOneAnswer(), settings(1))) {
      writer.add(add.bind(2));
      assertThatThrownBy(writer::flush).isInstanceOf(UnknownWriteOutcomeException.class);
      assertThat(writer.retries()).isZero();
    }
    assertThat(session.execute("SELECT p, n FROM " + table).all().stream().map(BatchWriterIT::text))
        .containsExactlyInAnyOrder("1 10", "2 5");
  }

  private static String text(Row row) {
    return row.getInt(0) + " " + row.getLong(1);
  }

  private static BatchWriter writer(CqlSession over, RequestSettings settings) {
    return BatchWriter.builder(over).requests(settings).build();
  }

  private CqlSession losingOneAnswer() {
    AtomicLong answers = new AtomicLong();
    return (CqlSession)
        Proxy.newProxyInstance(
            CqlSession.class.getClassLoader(),
            new Class<?>[] {CqlSession.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(session, arguments);
              return result instanceof CompletionStage<?> answer && answers.getAndIncrement() == 0
                  ? answer.thenCompose(
                      lost -> CompletableFuture.failedFuture(new DriverTimeoutException("lost")))
                  : result;
            });
  }

  private static void addUntilClosed(BatchWriter writer, PreparedStatement insert) {
    try {
      for (int c = 0; ; c++) {
        writer.add(insert.bind(1, c, c).setIdempotent(false));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException closed) {
      // As it is to be.
    }
  }

  private static String table() {
    String table = TestCluster.newKeyspace(1) + ".t";
    TestCluster.define("CREATE TABLE " + table + " (p int, c int, v int, PRIMARY KEY (p, c))");
    return table;
  }

  private PreparedStatement insert(String table) {
    return session.prepare("INSERT INTO " + table + " (p, c, v) VALUES (?, ?, ?)");
  }

  private static RequestSettings settings(int parallelism) {
    return new RequestSettings(
        parallelism,
        DefaultConsistencyLevel.LOCAL_QUORUM,
        Duration.ofSeconds(20),
        3,
        Optional.empty());
  }
}
