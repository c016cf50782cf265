package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.servererrors.CASWriteUnknownException;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import io.ringhaul.batch.BulkResult.Reject;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.ContendedRowException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.exceptions.UnsuitableTableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests bulk writes of rows on a real cluster. */
@ClusterTest
class BulkRowsIT {

  private static final CqlSession SESSION = TestCluster.session();

  /** More than 65,535 bytes, the maximum of a key. */
  private static final String TOO_LONG = "x".repeat(70_000);

  private static String keyspace = "";

  /** Each test has rows of its own. */
  private static int test;

  /** How the rows are written. */
  enum Mode {
    INSERT,
    UPSERT;

    BulkResult write(BatchWriter writer, Iterable<TableRow> rows) {
      return this == INSERT ? writer.bulkInsert(rows) : writer.bulkInsertWithPaxos(rows);
    }
  }

  @BeforeAll
  static void tables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE "
                + keyspace
                + ".t (test int, p int, c text, v int, PRIMARY KEY ((test, p), c))",
            "CREATE TABLE " + keyspace + ".keyed (k text PRIMARY KEY, v int, l list<int>)",
            "CREATE TABLE "
                + keyspace
                + ".shared (p int, c int, s list<int> static, l list<int>, PRIMARY KEY (p, c))",
            "CREATE TABLE "
                + keyspace
                + ".unlisted (p int, c int, s text static, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".keys (p int, c int, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".counted (p int PRIMARY KEY, n counter)"));
  }

  @BeforeEach
  void another() {
    test++;
  }

  /** Some rows are rejected before sending, some by the cluster, alone and among valid rows. */
  @ParameterizedTest
  @EnumSource
  void leavesOutInvalidRows(Mode mode) throws InterruptedException {
    Map<Integer, TableRow> bad = new TreeMap<>();
    bad.put(0, row("keyed").with("k", null).with("v", 1));
    bad.put(101, t(10, "c").with("v", "no number"));
    bad.put(499, row("keyed").with("k", TOO_LONG).with("v", 1));
    bad.put(500, t(50, TOO_LONG).with("v", 1));
    bad.put(501, t(50, "c").with("w", 1));
    bad.put(742, row("nothing").with("k", 1));
    bad.put(999, t(99, "c").with("v", 1).ttl(Duration.ofDays(20 * 366)));
    List<TableRow> rows =
        IntStream.range(0, 1_000)
            .mapToObj(i -> bad.getOrDefault(i, t(i / 10, "c" + i).with("v", i)))
            .toList();
    List<Reject> told = new ArrayList<>();
    BulkResult result;
    try (BatchWriter writer = BatchWriter.builder(SESSION).onReject(told::add).build()) {
      result = mode.write(writer, rows);
    }
    int created = mode == Mode.UPSERT ? 993 : 0;
    assertThat(result).isEqualTo(new BulkResult(1_000, 993, created, 0, 0, 7, result.rejects()));
    assertThat(result.rejects()).extracting(Reject::number).containsExactly(numbers(bad));
    assertThat(told).containsExactlyInAnyOrderElementsOf(result.rejects());
    assertThat(result.rejects()).extracting(Reject::row).containsExactlyElementsOf(bad.values());
    assertThat(result.rejects())
        .extracting(reject -> (Object) reject.reason().getClass())
        .containsExactly(
            UnrepresentableValueException.class,
            UnrepresentableValueException.class,
            RowRejectedException.class,
            mode == Mode.INSERT ? RowRejectedException.class : UnrepresentableValueException.class,
            UnsuitableTableException.class,
            UnsuitableTableException.class,
            InvalidSettingException.class);
    List<String> reasons =
        List.of(
            "There is no value for k, which is part of the primary key: "
                + keyspace
                + ".keyed, row",
            "The value for v is a java.lang.String that cannot be converted to type int",
            "Key length of 70000 is longer than maximum of 65535",
            mode == Mode.INSERT
                ? "xxx... (70,002 characters)): InvalidQueryException: Key length of 70000 is"
                : "The clustering columns take more than 65,535 bytes, the maximum of a key",
            "There is no column w",
            "Table nothing does not exist in keyspace " + keyspace,
            "The time to live is PT175680H");
    for (int i = 0; i < 7; i++) {
      assertThat(result.rejects().get(i).reason()).hasMessageContaining(reasons.get(i));
    }
    assertThat(stored()).isEqualTo(expected(1_000, bad.keySet()));
  }

  @ParameterizedTest
  @EnumSource
  void rowsOfSeveralTables(Mode mode) throws InterruptedException {
    List<TableRow> rows = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      rows.add(t(i / 100, "c" + i).with("v", i));
      rows.add(keyed(i).with("v", i).with("l", List.of(i, i)).ttl(Duration.ofHours(1)));
    }
    try (BatchWriter writer =
        BatchWriter.builder(SESSION).grouping(Grouping.NONE).parallelism(16).build()) {
      BulkResult result = mode.write(writer, rows);
      assertThat(result)
          .isEqualTo(new BulkResult(600, 600, mode == Mode.UPSERT ? 600 : 0, 0, 0, 0, List.of()));
    }
    assertThat(stored()).isEqualTo(expected(300, Set.of()));
    assertThat(
            SESSION.execute("SELECT k, v, l, ttl(v) FROM " + keyspace + ".keyed").all().stream()
                .filter(row -> String.valueOf(row.getString(0)).startsWith(test + " "))
                .peek(row -> assertThat(row.getInt(3)).isBetween(1, 3600))
                .map(row -> row.getString(0) + row.getInt(1) + row.getList(2, Integer.class)))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 300).mapToObj(i -> test + " " + i + i + List.of(i, i)).toList());
  }

  /** A row that comes twice is created once. */
  @Test
  void distinguishesCreatedAndUpdated() throws InterruptedException {
    try (BatchWriter writer = BatchWriter.builder(SESSION).parallelism(20).build()) {
      List<TableRow> old =
          IntStream.range(0, 200).mapToObj(i -> t(i % 3, "c" + i).with("v", -i)).toList();
      assertThat(writer.bulkInsertWithPaxos(old).created()).isEqualTo(200);
      List<TableRow> rows =
          IntStream.range(0, 500)
              .mapToObj(i -> t(i % 3, "c" + i).with("v", i))
              .collect(Collectors.toCollection(ArrayList::new));
      rows.addAll(rows.subList(300, 350));
      rows.add(t(1, "timed").with("v", 1).writeTime(Instant.EPOCH));
      BulkResult result = writer.bulkInsertWithPaxos(rows);
      assertThat(result).isEqualTo(new BulkResult(551, 550, 300, 250, 0, 1, result.rejects()));
      assertThat(result.rejects().get(0).number()).isEqualTo(550);
      assertThat(result.rejects().get(0).reason())
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("A conditional write cannot set a write time");
    }
    assertThat(stored()).isEqualTo(expected(500, Set.of()));
  }

  /** If the response is lost it is unknown whether the row existed, but the row is written. */
  @ParameterizedTest
  @ValueSource(strings = {"no answer", "unavailable when all was decided", "unknown"})
  void lostResponseToCondition(String kind) throws InterruptedException {
    Node node = SESSION.getMetadata().getNodes().values().iterator().next();
    DriverException failure =
        switch (kind) {
          case "no answer" -> new DriverTimeoutException("lost");
          case "unknown" ->
              new CASWriteUnknownException(node, DefaultConsistencyLevel.SERIAL, 1, 2);
          default -> new UnavailableException(node, DefaultConsistencyLevel.QUORUM, 2, 1);
        };
    AtomicInteger conditions = new AtomicInteger();
    CqlSession losing =
        over(
            statement ->
                isConditional(statement) && conditions.getAndIncrement() % 10 == 3
                    ? answer -> answer.thenCompose(lost -> CompletableFuture.failedFuture(failure))
                    : UnaryOperator.identity());
    try (BatchWriter writer = BatchWriter.builder(losing).parallelism(5).build()) {
      BulkResult result =
          writer.bulkInsertWithPaxos(
              IntStream.range(0, 100).mapToObj(i -> t(0, "c" + i).with("v", i)).toList());
      assertThat(result).isEqualTo(new BulkResult(100, 100, 90, 0, 10, 0, List.of()));
      assertThat(conditions).hasValue(100);
    }
    assertThat(stored()).isEqualTo(expected(100, Set.of()));
  }

  /** The rows are read at the speed of the cluster, so that memory is bounded. */
  @ParameterizedTest
  @EnumSource
  void readsRowsAtSpeedOfCluster(Mode mode) throws InterruptedException {
    AtomicLong acknowledged = new AtomicLong();
    CqlSession counting =
        over(
            statement ->
                answer ->
                    answer.whenComplete(
                        (rows, failed) -> acknowledged.addAndGet(statements(statement))));
    int count = mode == Mode.INSERT ? 10_000 : 500;
    AtomicLong most = new AtomicLong();
    Iterable<TableRow> rows =
        () ->
            IntStream.range(0, count)
                .mapToObj(
                    i -> {
                      most.accumulateAndGet(i - acknowledged.get(), Math::max);
                      return t(i % 50, "c" + i).with("v", i);
                    })
                .iterator();
    try (BatchWriter writer =
        BatchWriter.builder(counting)
            .parallelism(8)
            .limits(new BatchLimits(10, 1 << 16, 200))
            // A batch sent for its age waits for a slot, and more rows may be buffered by then.
            .maxAge(Duration.ZERO)
            .build()) {
      BulkResult result = mode.write(writer, rows);
      assertThat(result.written()).isEqualTo(count);
    }
    // Buffered rows, rows in flight, and the row just read.
    assertThat(most.get()).isBetween(1L, mode == Mode.INSERT ? 200 + 8 * 10 + 10L : 8 + 1L);
    assertThat(stored()).isEqualTo(expected(count, Set.of()));
  }

  private static int statements(Statement<?> statement) {
    return statement instanceof BatchStatement batch ? batch.size() : 1;
  }

  public record TestRow(int test, int p, String c, Integer v) {}

  @Test
  void insertsRecordsAndMaps() {
    try (BatchWriter writer = BatchWriter.over(SESSION)) {
      assertThat(
              writer
                  .bulkInsert(
                      keyspace,
                      "t",
                      IntStream.range(0, 50).mapToObj(i -> new TestRow(test, i / 10, "c" + i, i)))
                  .written())
          .isEqualTo(50);
      List<Map<String, Object>> maps =
          IntStream.range(0, 50)
              .<Map<String, Object>>mapToObj(
                  i -> Map.of("test", test, "p", i / 10, "c", "c" + i, "v", i))
              .toList();
      assertThat(writer.bulkInsert(keyspace, "t", maps).written()).isEqualTo(50);
      assertThat(writer.bulkInsertWithPaxos(keyspace, "t", maps).updated()).isEqualTo(50);
      assertThatThrownBy(() -> writer.bulkInsert(keyspace, "t", List.of(Map.of("nosuch", 1))))
          .hasMessageContaining("nosuch, which are no columns");
    }
    assertThat(stored()).isEqualTo(expected(50, Set.of()));
  }

  /** An interrupt ends a call with an unchecked exception and stays visible to the caller. */
  @Test
  void interruptIsUncheckedAndKept() {
    // An answer that is there before the thread waits for it ends the call as usual.
    CompletableFuture<Void> late =
        new CompletableFuture<Void>().completeOnTimeout(null, 1, TimeUnit.SECONDS);
    CqlSession answeringLate =
        over(statement -> response -> response.thenCombine(late, (answer, ignored) -> answer));
    try (BatchWriter writer = BatchWriter.over(answeringLate)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(
              () ->
                  writer.execute(
                      List.of(Operation.insert(t(0, "c").with("v", 1))), BatchType.UNLOGGED))
          .isInstanceOf(OperationCancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  /** A result keeps the first 1,000 rejects; the consumer receives all. */
  @Test
  void manyInvalidRows() throws InterruptedException {
    List<Reject> told = new ArrayList<>();
    try (BatchWriter writer = BatchWriter.builder(SESSION).onReject(told::add).build()) {
      BulkResult result =
          writer.bulkInsert(
              IntStream.range(0, 1_500).mapToObj(i -> row("counted").with("p", i)).toList());
      assertThat(result).isEqualTo(new BulkResult(1_500, 0, 0, 0, 0, 1_500, result.rejects()));
      assertThat(result.rejects()).isEqualTo(told.subList(0, 1_000));
      assertThat(told).extracting(Reject::number).containsExactlyElementsOf(upTo(1_500));
      assertThat(writer.bulkInsert(List.of()))
          .isEqualTo(new BulkResult(0, 0, 0, 0, 0, 0, List.of()));
      assertThat(writer.bulkInsertWithPaxos(List.of()))
          .isEqualTo(new BulkResult(0, 0, 0, 0, 0, 0, List.of()));
    }
  }

  /**
   * A failure with another cause than a row ends the write after all responses. Later requests get
   * their responses later, so that the number of rows read does not depend on the order of
   * responses.
   */
  @ParameterizedTest
  @EnumSource
  void clusterFailureEndsBulkWrite(Mode mode) {
    AtomicInteger requests = new AtomicInteger();
    AtomicInteger underWay = new AtomicInteger();
    CompletableFuture<Void> failure = new CompletableFuture<>();
    CompletableFuture<Void> afterFailure =
        failure.thenRunAsync(() -> {}, CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS));
    CqlSession failing =
        over(
            statement -> {
              int number = requests.incrementAndGet();
              underWay.incrementAndGet();
              return answer ->
                  answer
                      .thenCompose(
                          rows -> {
                            if (number == 10) {
                              failure.complete(null);
                              return CompletableFuture.failedFuture(
                                  new IllegalStateException("end"));
                            }
                            return number < 10
                                ? CompletableFuture.completedFuture(rows)
                                : afterFailure.thenApply(ended -> rows);
                          })
                      .whenComplete((rows, failed) -> underWay.decrementAndGet());
            });
    AtomicInteger taken = new AtomicInteger();
    Iterable<TableRow> rows =
        () ->
            IntStream.range(0, 100_000)
                .mapToObj(i -> t(i, "c").with("v", taken.incrementAndGet()))
                .iterator();
    try (BatchWriter writer =
        BatchWriter.builder(failing)
            .parallelism(8)
            .limits(new BatchLimits(10, 1 << 16, 50))
            // A batch sent for its age waits for a slot, and more rows may be buffered by then.
            .maxAge(Duration.ZERO)
            .build()) {
      assertThatThrownBy(() -> mode.write(writer, rows))
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining("IllegalStateException: end")
          .hasCauseInstanceOf(IllegalStateException.class);
      assertThat(underWay).hasValue(0);
      // Nine batches with a response, eight in flight, one in the slot of the failed one, the
      // buffer, and the next batch.
      assertThat(taken.get()).isLessThanOrEqualTo((9 + 8 + 1) * 10 + 50 + 10);
    }
  }

  /** Rows read before the source failed are written. */
  @ParameterizedTest
  @EnumSource
  void writesRowsBeforeSourceFailure(Mode mode) throws InterruptedException {
    IllegalArgumentException broken = new IllegalArgumentException("broken");
    Iterator<TableRow> good =
        IntStream.range(0, 50).mapToObj(i -> t(i, "c" + i).with("v", i)).iterator();
    Iterator<TableRow> rows =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public TableRow next() {
            if (good.hasNext()) {
              return good.next();
            }
            throw broken;
          }
        };
    try (BatchWriter writer = BatchWriter.over(SESSION)) {
      assertThatThrownBy(() -> mode.write(writer, () -> rows)).isSameAs(broken);
      // The writer stays usable.
      writer.bulkInsert(List.of(t(50, "c50").with("v", 50)));
    }
    assertThat(stored()).isEqualTo(expected(51, Set.of()));
  }

  /** A failure of the consumer of rejects ends the bulk write. */
  @ParameterizedTest
  @EnumSource
  void consumerFailureEndsBulkWrite(Mode mode) throws InterruptedException {
    List<TableRow> rows =
        List.of(t(0, "c0").with("v", 0), t(1, TOO_LONG), row("keyed").with("k", null));
    try (BatchWriter writer =
        BatchWriter.builder(SESSION)
            .onReject(
                reject -> {
                  throw new IllegalArgumentException("no place");
                })
            .build()) {
      assertThatThrownBy(() -> mode.write(writer, rows))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no place");
    }
    assertThat(stored()).isEqualTo(expected(1, Set.of()));
  }

  /** In one batch all inserts have one write time, and each would add its elements to the list. */
  @Test
  void staticListIsNotDoubled() throws InterruptedException {
    List<TableRow> rows =
        IntStream.range(0, 40)
            .mapToObj(
                c ->
                    row("shared")
                        .with("p", test)
                        .with("c", c)
                        .with("s", List.of(7, 8, 9))
                        .with("l", List.of(c)))
            .toList();
    try (BatchWriter writer = BatchWriter.over(SESSION)) {
      assertThat(writer.bulkInsert(rows).written()).isEqualTo(40);
    }
    assertThat(
            SESSION
                .execute("SELECT c, s, l FROM " + keyspace + ".shared WHERE p = " + test)
                .all()
                .stream()
                .map(
                    row ->
                        row.getInt(0)
                            + " "
                            + row.getList(1, Integer.class)
                            + row.getList(2, Integer.class)))
        .containsExactlyElementsOf(
            IntStream.range(0, 40).mapToObj(c -> c + " [7, 8, 9][" + c + "]").toList());
  }

  /** Values of an earlier conditional write have the time of a server whose clock may be ahead. */
  @Test
  void upsertWinsWithSlowClientClock() throws InterruptedException {
    TableRow partition = row("shared").with("p", test);
    TableRow unlisted = row("unlisted").with("c", 1);
    List<TableRow> old = new ArrayList<>();
    IntStream.range(0, 50).forEach(i -> old.add(t(i, "c" + i).with("v", -1)));
    old.add(keyed(0).with("v", 1).with("l", List.of(1, 2)));
    old.add(keyed(1).with("v", 1).with("l", List.of(1, 2)).ttl(Duration.ofHours(1)));
    old.add(partition.with("s", List.of(1)));
    old.add(partition.with("c", 1).with("l", List.of(1)));
    old.add(unlisted.with("p", test).with("s", "old"));
    old.add(unlisted.with("p", -test));
    old.add(row("keys").with("p", test).with("c", 1));
    List<TableRow> rows = new ArrayList<>();
    IntStream.range(0, 50).forEach(i -> rows.add(t(i, "c" + i).with("v", i)));
    rows.add(keyed(0).with("v", null).with("l", List.of(3, 4, 3)).ttl(Duration.ofDays(1)));
    rows.add(keyed(1).with("l", null).ttl(Duration.ZERO));
    rows.add(partition.with("s", List.of(5, 5)));
    rows.add(partition.with("c", 1).with("s", List.of(6, 6)).with("l", List.of(7)));
    rows.add(unlisted.with("p", test).with("s", "new"));
    rows.add(unlisted.with("p", -test).with("s", "first"));
    rows.add(row("keys").with("p", test).with("c", 1));
    CqlSession behind =
        over(
            statement -> statement.setQueryTimestamp(1_000_000L * test),
            statement -> UnaryOperator.identity());
    try (BatchWriter writer = BatchWriter.builder(behind).parallelism(8).build()) {
      assertThat(writer.bulkInsertWithPaxos(old))
          .isEqualTo(new BulkResult(57, 57, 57, 0, 0, 0, List.of()));
      // One by one if rows share static columns, so that the last one wins.
      for (TableRow row : rows.subList(50, 57)) {
        assertThat(writer.bulkInsertWithPaxos(List.of(row)))
            .isEqualTo(new BulkResult(1, 1, 0, 1, 0, 0, List.of()));
      }
      assertThat(writer.bulkInsertWithPaxos(rows.subList(0, 50)))
          .isEqualTo(new BulkResult(50, 50, 0, 50, 0, 0, List.of()));
    }
    assertThat(stored()).isEqualTo(expected(50, Set.of()));
    assertThat(read("SELECT v, l FROM %s.keyed WHERE k = '" + test + " 0'"))
        .containsExactly("[v:NULL, l:[3,4,3]]");
    assertThat(read("SELECT v, ttl(v), l FROM %s.keyed WHERE k = '" + test + " 1'"))
        .hasSize(1)
        .first()
        .asString()
        .matches("\\[v:1, \"ttl\\(v\\)\":3\\d{3}, l:(NULL|\\[])]");
    assertThat(read("SELECT c, s, l FROM %s.shared WHERE p = " + test))
        .containsExactly("[c:1, s:[6,6], l:[7]]");
    assertThat(read("SELECT c, s FROM %s.unlisted WHERE p IN (" + test + ", " + -test + ")"))
        .containsExactlyInAnyOrder("[c:1, s:'new']", "[c:1, s:'first']");
    assertThat(read("SELECT c FROM %s.keys WHERE p = " + test)).containsExactly("[c:1]");
  }

  /** The row itself gets the time to live of the upsert, as with an insert. */
  @Test
  void upsertRenewsTimeToLiveOfRow() throws InterruptedException {
    try (BatchWriter writer = BatchWriter.over(SESSION)) {
      writer.bulkInsertWithPaxos(
          List.of(keyed(0).with("v", 1).ttl(Duration.ofSeconds(5)), keyed(1).with("v", 1)));
      BulkResult result =
          writer.bulkInsertWithPaxos(
              List.of(keyed(0).with("v", null), keyed(1).with("v", 2).ttl(Duration.ofSeconds(2))));
      assertThat(result.updated()).isEqualTo(2);
    }
    Thread.sleep(6_500);
    assertThat(read("SELECT v FROM %s.keyed WHERE k = '" + test + " 0'"))
        .containsExactly("[v:NULL]");
    assertThat(read("SELECT v FROM %s.keyed WHERE k = '" + test + " 1'")).isEmpty();
  }

  /** A row that is deleted before it is overwritten is created. */
  @Test
  void createsConcurrentlyDeletedRow() throws InterruptedException {
    AtomicInteger creations = new AtomicInteger();
    CqlSession contended =
        over(
            statement ->
                isConditional(statement) && creations.incrementAndGet() == 1
                    ? answer -> after(answer, "DELETE FROM %s.keyed WHERE k = ? IF EXISTS")
                    : UnaryOperator.identity());
    try (BatchWriter writer = BatchWriter.over(contended)) {
      BatchWriter.over(SESSION)
          .bulkInsertWithPaxos(List.of(keyed(0).with("v", 1).with("l", List.of(1))));
      assertThat(writer.bulkInsertWithPaxos(List.of(keyed(0).with("v", 2))))
          .isEqualTo(new BulkResult(1, 1, 1, 0, 0, 0, List.of()));
    }
    assertThat(creations).hasValue(2);
    assertThat(read("SELECT v, l FROM %s.keyed WHERE k = '" + test + " 0'"))
        .containsExactly("[v:2, l:[]]");
  }

  /** The other rows are written although one row loses every attempt. */
  @Test
  void rejectsRowChangedInEachAttempt() throws InterruptedException {
    AtomicInteger tries = new AtomicInteger();
    CqlSession contended =
        over(
            statement -> {
              boolean isOver = statement instanceof BatchStatement;
              if (!isOver && !isConditional(statement)) {
                return UnaryOperator.identity();
              }
              BoundStatement first =
                  isOver
                      ? (BoundStatement) ((BatchStatement) statement).iterator().next()
                      : (BoundStatement) statement;
              if (!(test + " 0").equals(first.getString("k"))) {
                return UnaryOperator.identity();
              }
              tries.incrementAndGet();
              return answer ->
                  after(
                      answer,
                      isOver
                          ? "INSERT INTO %s.keyed (k, v) VALUES (?, -1) IF NOT EXISTS"
                          : "DELETE FROM %s.keyed WHERE k = ? IF EXISTS");
            });
    List<Reject> told = new ArrayList<>();
    try (BatchWriter writer =
        BatchWriter.builder(contended).parallelism(4).onReject(told::add).build()) {
      writer.bulkInsert(List.of(keyed(0).with("v", -1)));
      BulkResult result =
          writer.bulkInsertWithPaxos(
              IntStream.range(0, 30).mapToObj(i -> keyed(i).with("v", i)).toList());
      assertThat(result).isEqualTo(new BulkResult(30, 29, 29, 0, 0, 1, told));
      assertThat(tries).hasValue(20);
    }
    assertThat(told.get(0).number()).isZero();
    assertThat(told.get(0).reason())
        .isInstanceOf(ContendedRowException.class)
        .hasMessage(
            "A row of "
                + keyspace
                + ".keyed, (k = '"
                + test
                + " 0'), was changed concurrently in each of 20 attempts and was not written."
                + " Write it again later, or let only one client write it");
    assertThat(read("SELECT v FROM %s.keyed WHERE k = '" + test + " 0'")).containsExactly("[v:-1]");
  }

  /** Sent again until an attempt is certainly applied. */
  @Test
  void lostResponseToSecondCondition() throws InterruptedException {
    AtomicInteger overs = new AtomicInteger();
    CqlSession losing =
        over(
            statement ->
                statement instanceof BatchStatement && overs.getAndIncrement() % 10 == 3
                    ? answer ->
                        answer.thenCompose(
                            lost ->
                                CompletableFuture.failedFuture(new DriverTimeoutException("lost")))
                    : UnaryOperator.identity());
    List<TableRow> rows = IntStream.range(0, 90).mapToObj(i -> t(0, "c" + i).with("v", i)).toList();
    try (BatchWriter writer = BatchWriter.builder(losing).parallelism(5).build()) {
      writer.bulkInsert(rows.stream().map(row -> row.with("v", -1)).toList());
      overs.set(0);
      BulkResult result = writer.bulkInsertWithPaxos(rows);
      int undetermined = Math.toIntExact(result.undetermined());
      assertThat(result)
          .isEqualTo(new BulkResult(90, 90, 0, 90 - undetermined, undetermined, 0, List.of()));
      assertThat(overs).hasValue(100);
      // Two responses of a row may be lost.
      assertThat(undetermined).isBetween(1, 10);
    }
    assertThat(stored()).isEqualTo(expected(90, Set.of()));
  }

  /** The response, after another client has written row 0 of the test. */
  private static CompletionStage<AsyncResultSet> after(
      CompletionStage<AsyncResultSet> answer, String cql) {
    return answer.thenCompose(
        rows ->
            SESSION
                .executeAsync(
                    SimpleStatement.newInstance(String.format(cql, keyspace), test + " 0"))
                .thenApply(done -> rows));
  }

  private static List<String> read(String cql) {
    return SESSION.execute(String.format(cql, keyspace)).all().stream()
        .map(Row::getFormattedContents)
        .toList();
  }

  private static boolean isConditional(Statement<?> statement) {
    return statement instanceof BoundStatement bound
        && bound.getPreparedStatement().getQuery().contains(" IF NOT EXISTS");
  }

  /**
   * A session whose responses are changed by a function that is called before each statement is
   * sent.
   */
  private static CqlSession over(
      Function<Statement<?>, UnaryOperator<CompletionStage<AsyncResultSet>>> change) {
    return over(UnaryOperator.identity(), change);
  }

  /** A session that changes the statements and the responses. */
  private static CqlSession over(
      UnaryOperator<Statement<?>> sent,
      Function<Statement<?>, UnaryOperator<CompletionStage<AsyncResultSet>>> change) {
    return RecordingSession.answering(
            SESSION,
            (statement, send) -> change.apply(statement).apply(send.apply(sent.apply(statement))))
        .session();
  }

  private static TableRow row(String table) {
    return TableRow.of(keyspace, table);
  }

  private static TableRow t(int p, String c) {
    return row("t").with("test", test).with("p", p).with("c", c);
  }

  private static TableRow keyed(int k) {
    return row("keyed").with("k", test + " " + k);
  }

  private static Set<String> stored() {
    return SESSION
        .execute("SELECT c, v FROM " + keyspace + ".t WHERE test = " + test + " ALLOW FILTERING")
        .all()
        .stream()
        .map(row -> row.getString(0) + " = " + row.getInt(1))
        .collect(Collectors.toSet());
  }

  private static Set<String> expected(int rows, Set<Integer> but) {
    Set<String> all = new HashSet<>();
    IntStream.range(0, rows)
        .filter(i -> !but.contains(i))
        .forEach(i -> all.add("c" + i + " = " + i));
    return all;
  }

  private static Long[] numbers(Map<Integer, ?> of) {
    return of.keySet().stream().map(Integer::longValue).toArray(Long[]::new);
  }

  private static List<Long> upTo(int end) {
    return IntStream.range(0, end).mapToObj(i -> (long) i).toList();
  }
}
