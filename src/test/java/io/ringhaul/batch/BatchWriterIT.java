package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.RowsRejectedException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.batch.HeldAnswers;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.batch.TestStreams;
import io.ringhaul.internal.request.RequestSettings;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the batches of a writer on a real cluster. */
@ClusterTest
class BatchWriterIT {

  private final CqlSession session = TestCluster.session();

  /** Equal keys of different keyspaces share no batch, because the replicas may differ. */
  @Test
  void batchHasOneKeyspace() throws InterruptedException {
    PreparedStatement one = insert(table());
    PreparedStatement other = insert(table());
    AtomicLong batches = new AtomicLong();
    try (BatchWriter writer =
        BatchWriter.builder(session)
            .parallelism(8)
            .requestTimeout(Duration.ofSeconds(20))
            .maxAttempts(3)
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

  /** A batch has one keyspace for all statements that name none. */
  @Test
  void statementsGoToTheirKeyspace() throws InterruptedException {
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

  /** A callback may wait for a slot, which the driver's thread frees. */
  @Test
  void callbacksCanSendMore() {
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
  void closedWriterRejectsStatements() {
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
    assertThatThrownBy(() -> writer.bulkInsertWithPaxos(List.of(row(table, 1))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The batch writer is closed");
    assertThat(rows(table)).isEmpty();
  }

  /** A part was sent, so the outcome is unknown. */
  @Test
  void partlySentUnitHasUnknownOutcome() throws Exception {
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
    closeWithoutWaiting(writer);
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

  private static void closeWithoutWaiting(BatchWriter writer) {
    Thread.currentThread().interrupt();
    writer.close();
    assertThat(Thread.interrupted()).isTrue();
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
    return writer.executeAsync(operations, BatchType.UNLOGGED);
  }

  /** A thread that waits for a slot during close leaves no request registered as in flight. */
  @Test
  void closedWriterHasNothingInFlight() {
    PreparedStatement insert = insert(table());
    for (int i = 0; i < 30; i++) {
      StreamWriter writer =
          TestStreams.over(session, TestStreams.requests(1), new BatchLimits(1, 1 << 20, 1));
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

  /** The responses of an idempotent and of a non-idempotent write are lost. */
  @Test
  void closeReportsUnknownOutcomesWithFailure() throws InterruptedException {
    String table = TestCluster.newKeyspace(1) + ".n";
    TestCluster.define("CREATE TABLE " + table + " (p int PRIMARY KEY, n counter)");
    PreparedStatement add = session.prepare("UPDATE " + table + " SET n = n + 5 WHERE p = ?");
    PreparedStatement insert = insert(table());
    BatchWriter writer =
        BatchWriter.builder(losingOneAnswer())
            .parallelism(1)
            .requestTimeout(Duration.ofSeconds(20))
            .maxAttempts(3)
            .limits(new BatchLimits(1, 1 << 20, 10_000))
            .maxAge(Duration.ZERO)
            .build();
    writer.add(add.bind(77));
    await(() -> failures(writer) == 1);
    writer.add(List.of(insert.bind(1, null, 1)), WriteOutcome.UNHEARD);
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
    // The writer counts a failure before it handles the failure.
    Thread.sleep(50);
  }

  /** The first response to an addition is lost; a retry adds twice. */
  @Test
  void retriesNonIdempotentWritesIfConfigured() throws InterruptedException {
    String table = TestCluster.newKeyspace(1) + ".n";
    TestCluster.define("CREATE TABLE " + table + " (p int PRIMARY KEY, n counter)");
    PreparedStatement add = session.prepare("UPDATE " + table + " SET n = n + 5 WHERE p = ?");
    try (StreamWriter writer =
        stream(losingOneAnswer(), TestStreams.requests(1).retryingNonIdempotent())) {
      writer.add(List.of(add.bind(1)));
      writer.flush();
      assertThat(writer.retries()).isEqualTo(1);
      assertThat(writer.writtenStatements()).isEqualTo(1);
    }
    try (StreamWriter writer = stream(losingOneAnswer(), TestStreams.requests(1))) {
      writer.add(List.of(add.bind(2)));
      assertThatThrownBy(writer::flush).isInstanceOf(UnknownWriteOutcomeException.class);
      assertThat(writer.retries()).isZero();
    }
    assertThat(session.execute("SELECT p, n FROM " + table).all().stream().map(BatchWriterIT::text))
        .containsExactlyInAnyOrder("1 10", "2 5");
  }

  /** The failure arrives with a response, and only {@code close()} can report it. */
  @Test
  void closeReportsUnreportedFailure() throws InterruptedException {
    PreparedStatement insert = insert(table());
    BatchWriter writer = BatchWriter.builder(session).maxAge(Duration.ZERO).build();
    writer.add(insert.bind(1, 1, 1));
    writer.add(List.of(insert.bind(null, 1, 1)), WriteOutcome.UNHEARD);
    await(() -> failures(writer) == 1);
    await(() -> writer.metrics().inFlight() == 0);
    assertThatThrownBy(writer::close).isInstanceOf(RowRejectedException.class);
    writer.close();
  }

  /** The failure occurs on the thread of the age limit, which has no caller. */
  @Test
  void closeReportsFailureOfAgedBatch() throws InterruptedException {
    PreparedStatement insert = insert(table());
    BatchWriter writer = BatchWriter.builder(session).maxAge(Duration.ofMillis(20)).build();
    writer.add(List.of(insert.bind(1, null, 1)), WriteOutcome.UNHEARD);
    Thread.sleep(300);
    assertThatThrownBy(writer::close).isInstanceOf(RowRejectedException.class);
  }

  /** The source of the rows fails, and then the flush fails too. */
  @Test
  void bulkWriteReportsBothFailures() throws InterruptedException {
    PreparedStatement insert = insert(table());
    try (BatchWriter writer = BatchWriter.builder(session).maxAge(Duration.ZERO).build()) {
      writer.add(List.of(insert.bind(1, null, 1)), WriteOutcome.UNHEARD);
      Iterable<TableRow> rows =
          () -> {
            throw new IllegalStateException("no source");
          };
      IllegalStateException failure =
          catchThrowableOfType(IllegalStateException.class, () -> writer.bulkInsert(rows));
      assertThat(failure).hasMessage("no source");
      assertThat(failure.getSuppressed())
          .hasSize(1)
          .hasOnlyElementsOfType(RowRejectedException.class);
    }
  }

  @Test
  void closeDoesNotRepeatThrownFailure() throws InterruptedException {
    PreparedStatement insert = insert(table());
    try (BatchWriter writer = BatchWriter.over(session)) {
      writer.add(List.of(insert.bind(null, 1, 1)), WriteOutcome.UNHEARD);
      assertThatThrownBy(writer::flush).isInstanceOf(RowRejectedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 20})
  void errorOfDriverFailsWriter(int maxAgeMillis) throws InterruptedException {
    PreparedStatement insert = insert(table());
    RecordingSession failing =
        new RecordingSession(
            session,
            statement -> {
              throw new OutOfMemoryError("test");
            });
    BatchWriter writer =
        BatchWriter.builder(failing.session())
            .parallelism(1)
            .maxAge(Duration.ofMillis(maxAgeMillis))
            .build();
    writer.add(insert.bind(1, 1, 1));
    writer.add(insert.bind(1, 2, 2).setIdempotent(false));
    Thread.sleep(10L * maxAgeMillis);
    assertThatThrownBy(() -> assertTimeoutPreemptively(Duration.ofSeconds(20), writer::close))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining("The batch writer ran out of memory");
  }

  @Test
  void errorsOfRequestListenerAreOnlyLogged() {
    String table = table();
    PreparedStatement insert = insert(table);
    BatchWriter writer =
        BatchWriter.builder(session)
            .parallelism(1)
            .limits(new BatchLimits(1, 1 << 20, 10))
            .onRequest(
                (type, statements, bytes) -> {
                  if (statements == 1 && type.isEmpty()) {
                    return failure -> {
                      throw new AssertionError("end");
                    };
                  }
                  throw new AssertionError("start");
                })
            .build();
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          writer.add(insert.bind(1, 1, 1));
          writer.add(List.of(insert.bind(1, 2, 2), insert.bind(1, 3, 3)));
          writer.close();
        });
    assertThat(rows(table)).containsExactly(1, 2, 3);
  }

  /** Records the call, and then throws if its number is 0. */
  private static WriteOutcome deaf(int number, Set<Integer> heard) {
    return new WriteOutcome() {
      @Override
      public void written(long bytes) {
        hear();
      }

      @Override
      public @Nullable BulkOperationException rejected(RowRejectedException failure) {
        hear();
        return null;
      }

      @Override
      public void failed(Throwable failure) {
        hear();
      }

      private void hear() {
        heard.add(number);
        if (number == 0) {
          throw new IllegalStateException("deaf");
        }
      }
    };
  }

  /** The other outcomes of the batch are called, and the writer does not hang. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void throwingOutcomeFailsWriter(boolean refused) throws InterruptedException {
    PreparedStatement insert = insert(table());
    Set<Integer> heard = new ConcurrentSkipListSet<>();
    BatchWriter writer = BatchWriter.builder(session).maxAge(Duration.ZERO).build();
    for (int c = 0; c < 3; c++) {
      writer.add(List.of(insert.bind(1, refused && c == 0 ? null : c, c)), deaf(c, heard));
    }
    for (int times = 0; times < 2; times++) {
      assertThatThrownBy(() -> assertTimeoutPreemptively(Duration.ofSeconds(20), writer::flush))
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining("c = " + (refused ? "NULL" : "0"))
          .hasRootCauseMessage("deaf");
    }
    writer.close();
    if (!refused) {
      assertThat(heard).containsExactly(0, 1, 2);
    }
  }

  /** A batch dropped after a failure is no longer in flight. */
  @Test
  void throwingOutcomeOfDroppedBatchLeavesNothingInFlight() throws InterruptedException {
    PreparedStatement insert = insert(table());
    Set<Integer> heard = new ConcurrentSkipListSet<>();
    StreamWriter writer = stream(session, TestStreams.requests(64));
    CountDownLatch refused = new CountDownLatch(1);
    writer.add(List.of(insert.bind(1, 0, 0).setIdempotent(false)), deaf(0, heard));
    writer.add(
        List.of(insert.bind(null, 1, 1)),
        new WriteOutcome() {
          @Override
          public void written(long bytes) {}

          @Override
          public BulkOperationException rejected(RowRejectedException failure) {
            refused.countDown();
            return failure;
          }
        });
    refused.await();
    Thread.sleep(300);
    assertThatThrownBy(writer::flush).isInstanceOf(RowRejectedException.class);
    assertThat(heard).containsExactly(0);
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> writer.settle());
    writer.close();
  }

  /** The maximum age is kept without further adds or flushes. */
  @Test
  void sendsStatementsOfRejectedBatchByAge() throws InterruptedException {
    PreparedStatement insert = insert(table());
    Heard heard = new Heard();
    try (BatchWriter writer = BatchWriter.builder(session).maxAge(Duration.ofMillis(100)).build()) {
      for (Integer c : Arrays.asList(1, null, 3)) {
        writer.add(List.of(insert.bind(7, c, 7)), heard);
      }
      await(() -> heard.all() == 3);
      assertThat(heard.written).hasValue(2);
      assertThat(heard.refused).hasValue(1);
      assertThat(writer.metrics().fallbacks()).isEqualTo(1);
    }
  }

  /** Other threads may add during a flush. */
  @Test
  void flushWaitsForEarlierStatements() throws Exception {
    PreparedStatement insert = insert(table());
    HeldAnswers answers = new HeldAnswers(2);
    Heard heard = new Heard();
    try (BatchWriter writer = batchesOfThree(answers.session(session), 8);
        answers) {
      writer.add(List.of(insert.bind(1, 1, 1)), heard);
      writer.add(List.of(insert.bind(1, null, 1)), heard);
      CompletableFuture<Void> flush = inBackground(writer::flush);
      await(() -> answers.asked() == 1);
      for (int c = 0; c < 4; c++) {
        writer.add(insert.bind(2, c, c));
      }
      assertThat(answers.asked()).isEqualTo(2);
      answers.release(0);
      flush.get(10, TimeUnit.SECONDS);
      assertThat(heard.written).hasValue(1);
      assertThat(heard.refused).hasValue(1);
      assertThat(writer.metrics().inFlight()).isEqualTo(1);
      assertThat(writer.metrics().queued()).isEqualTo(1);
      answers.release(1);
      writer.flush();
      assertThat(writer.writtenStatements()).isEqualTo(5);
    }
  }

  @Test
  void flushWaitsForBatchSentByOthers() throws Exception {
    PreparedStatement insert = insert(table());
    HeldAnswers answers = new HeldAnswers(3);
    try (BatchWriter writer = batchesOfThree(answers.session(session), 1);
        answers) {
      for (int c = 0; c < 3; c++) {
        writer.add(insert.bind(0, c, c));
      }
      for (int p = 1; p <= 2; p++) {
        writer.add(insert.bind(p, 1, 1));
        writer.add(insert.bind(p, 2, 2));
      }
      CompletableFuture<Void> flush = inBackground(writer::flush);
      await(() -> writer.metrics().queued() == 2);
      CompletableFuture<Void> add = inBackground(() -> writer.add(insert.bind(2, 3, 3)));
      await(() -> writer.metrics().queued() == 0);
      answers.release(0);
      answers.release(1);
      add.get(10, TimeUnit.SECONDS);
      await(() -> writer.writtenStatements() == 5);
      assertThatThrownBy(() -> flush.get(200, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      answers.release(2);
      flush.get(10, TimeUnit.SECONDS);
      assertThat(writer.writtenStatements()).isEqualTo(8);
    }
  }

  @Test
  void closeWaitsForUnitsAfterRejection() throws Exception {
    String table = table();
    PreparedStatement insert = insert(table);
    HeldAnswers answers = new HeldAnswers(1);
    BatchWriter writer = batchesOfThree(answers.session(session), 8);
    CompletableFuture<BatchResult> unit =
        executeAsync(writer, Operation.insert(row(table, 7))).toCompletableFuture();
    writer.add(insert.bind(1, null, 1));
    CompletableFuture<Void> closing = inBackground(writer::close);
    await(() -> answers.asked() == 2);
    assertThatThrownBy(() -> closing.get(500, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    answers.release(0);
    assertThatThrownBy(() -> closing.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RowsRejectedException.class);
    assertThat(unit.get(20, TimeUnit.SECONDS).applied()).isTrue();
    assertThat(writer.metrics().single()).isEqualTo(1);
  }

  @Test
  void closeWaitsForAllPagesOfReads() throws Exception {
    String table = table();
    PreparedStatement insert = insert(table);
    for (int c = 0; c < 3; c++) {
      session.execute(insert.bind(1, c, c));
    }
    CompletableFuture<Void> nextPages = new CompletableFuture<>();
    CqlSession paging =
        RecordingSession.answering(
                session,
                (statement, send) ->
                    send.apply(statement).thenApply(page -> pagedAfter(nextPages, page)))
            .session();
    BatchWriter writer = BatchWriter.over(paging);
    SimpleStatement read =
        SimpleStatement.newInstance("SELECT c FROM " + table + " WHERE p = 1").setPageSize(2);
    CompletableFuture<BatchResult> unit =
        executeAsync(writer, Operation.of(read)).toCompletableFuture();
    CompletableFuture<Void> closing = inBackground(writer::close);
    assertThatThrownBy(() -> closing.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
    nextPages.complete(null);
    closing.get(20, TimeUnit.SECONDS);
    assertThat(unit.get(20, TimeUnit.SECONDS).answers().get(0).rows()).hasSize(3);
  }

  private static AsyncResultSet pagedAfter(CompletableFuture<Void> release, AsyncResultSet page) {
    return (AsyncResultSet)
        Proxy.newProxyInstance(
            AsyncResultSet.class.getClassLoader(),
            new Class<?>[] {AsyncResultSet.class},
            (proxy, method, arguments) ->
                method.getName().equals("fetchNextPage")
                    ? release.thenCompose(released -> page.fetchNextPage())
                    : method.invoke(page, arguments));
  }

  private static BatchWriter batchesOfThree(CqlSession over, int parallelism) {
    return BatchWriter.builder(over)
        .grouping(Grouping.PARTITION)
        .parallelism(parallelism)
        .requestTimeout(Duration.ofSeconds(20))
        .maxAttempts(3)
        .limits(new BatchLimits(3, 1 << 20, 10_000))
        .maxAge(Duration.ZERO)
        .build();
  }

  private static CompletableFuture<Void> inBackground(Executable task) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            task.execute();
          } catch (Throwable e) {
            throw new CompletionException(e);
          }
        });
  }

  /** Counts the outcomes of statements. */
  private static final class Heard implements WriteOutcome {
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    int all() {
      return written.get() + refused.get();
    }

    @Override
    public void written(long bytes) {
      written.incrementAndGet();
    }

    @Override
    public @Nullable BulkOperationException rejected(RowRejectedException failure) {
      refused.incrementAndGet();
      return null;
    }
  }

  @Test
  void cancelsPublisherThatFailsInSubscribe() {
    AtomicLong cancelled = new AtomicLong();
    Flow.Publisher<BatchableStatement<?>> failing =
        subscriber -> {
          subscriber.onSubscribe(
              new Flow.Subscription() {
                @Override
                public void request(long more) {}

                @Override
                public void cancel() {
                  cancelled.incrementAndGet();
                }
              });
          throw new IllegalStateException("no more");
        };
    try (BatchWriter writer = BatchWriter.builder(session).parallelism(1).build()) {
      assertThatThrownBy(() -> writer.writeAll(failing)).hasMessageContaining("no more");
      assertThat(cancelled).hasValue(1);
    }
  }

  private static String text(Row row) {
    return row.getInt(0) + " " + row.getLong(1);
  }

  private static StreamWriter stream(CqlSession over, RequestSettings settings) {
    return TestStreams.over(over, settings, BatchLimits.DEFAULT);
  }

  private CqlSession losingOneAnswer() {
    AtomicLong answers = new AtomicLong();
    return RecordingSession.answering(
            session,
            (statement, send) -> {
              CompletionStage<AsyncResultSet> answer = send.apply(statement);
              return answers.getAndIncrement() == 0
                  ? answer.thenCompose(
                      lost -> CompletableFuture.failedFuture(new DriverTimeoutException("lost")))
                  : answer;
            })
        .session();
  }

  private static void addUntilClosed(StreamWriter writer, PreparedStatement insert) {
    try {
      for (int c = 0; ; c++) {
        writer.add(List.of(insert.bind(1, c, c).setIdempotent(false)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException closed) {
      // Expected.
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
}
