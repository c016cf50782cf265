package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TightNode;
import io.ringhaul.exceptions.FailedRange;
import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.schema.TokenRange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tables that a node cannot read with the requested pages: every row arrives exactly once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultyReadsIT {

  private static final String KEYSPACE = "tight" + System.nanoTime();
  private static final Duration RANGE_TIMEOUT = Duration.ofSeconds(10);

  private TightNode node;
  private CqlSession session;
  private TokenAwareBulkOperator operator;

  @BeforeAll
  void start() throws Exception {
    node = TightNode.start();
    session = node.superuser();
    operator = TokenAwareBulkOperator.over(session);
    session.execute(
        "CREATE KEYSPACE "
            + KEYSPACE
            + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
  }

  @AfterEach
  void loosen() throws Exception {
    node.tombstoneFailureThreshold(100_000);
    node.rangeTimeout(RANGE_TIMEOUT);
    node.pageSizeThreshold(-1);
  }

  @AfterAll
  void stop() throws Exception {
    operator.close();
    node.close();
  }

  /** Tombstones between the rows: half the page size passes half the tombstones. */
  @Test
  void readsTombstonesBetweenRowsInSmallerPages() {
    int live = 400;
    table("between", "(id int, c int, v int, " + columns(100) + " PRIMARY KEY (id, c))");
    PreparedStatement dead = session.prepare(nulls("between", 100));
    PreparedStatement insert = session.prepare(insert("between"));
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < live; i++) {
        List<BoundStatement> rows = new ArrayList<>();
        rows.add(insert.bind(1, 10 * i, i));
        for (int j = 1; j <= 5; j++) {
          rows.add(dead.bind(1, 10 * i + j));
        }
        writes.addPartition(rows);
        writes.add(insert.bind(2 + i, 0, i));
      }
    }

    RecordingSession watch = new RecordingSession(session);
    MemoryTarget target = new MemoryTarget();
    try (TokenAwareBulkOperator watched = TokenAwareBulkOperator.over(watch.session())) {
      ExportResult exported =
          watched
              .export(KEYSPACE, "between")
              .to(target)
              .columns("id", "c", "v")
              .pageSize(5_000)
              .taskCount(1)
              .execute();
      assertThat(exported.rows()).isEqualTo(2L * live);
      assertThat(exported.totals().retries()).isPositive();
      assertThat(watched.count(KEYSPACE, "between").taskCount(1).execute().rows())
          .isEqualTo(2L * live);
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < live; i++) {
      expected.add("1 " + 10 * i + " " + i);
      expected.add((2 + i) + " 0 " + i);
    }
    assertThat(rows(target, "id", "c", "v")).isEqualTo(sorted(expected));
    assertThat(watch.sent()).extracting(Statement::getPageSize).contains(5_000, 625, 78);
  }

  /**
   * Consecutive partitions of dead rows: no page is small enough, but the range can be split after
   * the last row that was read. That row may be in the middle of a partition or of several
   * partitions with one token.
   */
  @Test
  void readsDeadPartitionsInSmallerRanges() throws Exception {
    table("many", "(id blob, c int, v int, PRIMARY KEY (id, c))");
    PreparedStatement insert = session.prepare(insert("many"));
    PreparedStatement delete = session.prepare(delete("many"));
    List<String> expected = new ArrayList<>();
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < 60; i++) {
        // Three partitions for each token; for every second token, the middle partition is dead.
        boolean isDead = i >= 20 && i < 40 && i % 5 != 0;
        for (int salt = 0; salt < 3; salt++) {
          ByteBuffer key = Murmur3Keys.withToken(i * 100_000_000_000L, salt);
          List<BoundStatement> rows = new ArrayList<>();
          for (int c = 0; c < 5; c++) {
            if (!isDead) {
              rows.add(insert.bind(key, c, i));
              expected.add(i + " " + c);
            }
          }
          for (int c = 5; isDead && c < 105; c++) {
            rows.add(delete.bind(key, c));
          }
          writes.addPartition(rows);
        }
      }
    }
    node.tombstoneFailureThreshold(500);
    for (int pageSize : new int[] {1, 7, 1_000}) {
      MemoryTarget target = new MemoryTarget();
      assertThat(
              operator
                  .export(KEYSPACE, "many")
                  .to(target)
                  .pageSize(pageSize)
                  .taskCount(1)
                  .execute()
                  .rows())
          .isEqualTo(expected.size());
      assertThat(rows(target, "v", "c")).isEqualTo(sorted(expected));
    }
    // If the key is not exported, the row tokens are selected in addition.
    MemoryTarget values = new MemoryTarget();
    operator.export(KEYSPACE, "many").to(values).columns("v", "c").taskCount(1).execute();
    assertThat(rows(values, "v", "c")).isEqualTo(sorted(expected));
    assertThat(values.rows().get(0)).containsOnlyKeys("v", "c");
    assertThat(operator.count(KEYSPACE, "many").taskCount(1).execute().rows())
        .isEqualTo(expected.size());
  }

  /**
   * 200,000 consecutive tombstones in one partition, which is read in slices of its clustering
   * keys.
   */
  @Test
  void readsPartitionOfTombstonesInSlices() {
    table("one", "(id int, c int, v int, " + columns(100) + " PRIMARY KEY (id, c))");
    PreparedStatement dead = session.prepare(nulls("one", 100));
    PreparedStatement insert = session.prepare(insert("one"));
    List<String> expected = new ArrayList<>();
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < 2_000; i += 50) {
        List<BoundStatement> rows = new ArrayList<>();
        for (int c = i; c < i + 50; c++) {
          rows.add(dead.bind(-1, c));
        }
        writes.addPartition(rows);
      }
      for (int c : new int[] {Integer.MIN_VALUE, -1, 2_000, Integer.MAX_VALUE}) {
        writes.add(insert.bind(-1, c, 7));
        expected.add("-1 " + c + " 7");
      }
      for (int i = 0; i < 500; i++) {
        writes.add(insert.bind(i, 0, i));
        expected.add(i + " 0 " + i);
      }
    }
    for (int pageSize : new int[] {1, 100}) {
      MemoryTarget target = new MemoryTarget();
      operator
          .export(KEYSPACE, "one")
          .to(target)
          .columns("id", "c", "v")
          .pageSize(pageSize)
          .taskCount(1)
          .execute();
      assertThat(rows(target, "id", "c", "v")).isEqualTo(sorted(expected));
    }
    assertThat(operator.count(KEYSPACE, "one").taskCount(1).execute().rows()).isEqualTo(504);
  }

  /**
   * Slices for each supported type of clustering key, in several partitions with one token, some of
   * whose rows were already read.
   */
  @Slow
  @Test
  void slicesKeysOfEachType() throws Exception {
    Map<String, LongFunction<Object>> values =
        Map.of(
            "tinyint", i -> (byte) (i - 100),
            "smallint", i -> (short) (i - 100),
            "int", i -> (int) (1_000_000 * (i - 100)),
            "bigint", i -> (i - 100) << 56,
            "date", i -> LocalDate.ofEpochDay(i - 100),
            "timestamp", i -> Instant.ofEpochMilli(1_700_000_000_000L + i),
            "timeuuid", i -> new UUID(i << 32 | i << 16 | 0x11ed, 0x8000_0000_0000_0000L | i));
    String order = "ASC";
    for (Map.Entry<String, LongFunction<Object>> type : new TreeMap<>(values).entrySet()) {
      order = order.equals("ASC") ? "DESC" : "ASC";
      assertSlices(type.getKey(), order, type.getValue());
    }
  }

  private void assertSlices(String type, String order, LongFunction<Object> values)
      throws Exception {
    String name = "slices_" + type;
    table(
        name,
        "(id blob, c "
            + type
            + ", v int, PRIMARY KEY (id, c)) WITH CLUSTERING ORDER BY (c "
            + order
            + ")");
    PreparedStatement insert = session.prepare(insert(name));
    PreparedStatement delete = session.prepare(delete(name));
    List<String> expected = new ArrayList<>();
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int partition = 0; partition < 3; partition++) {
        ByteBuffer key = Murmur3Keys.withToken(partition == 2 ? 9 : 5, partition);
        List<BoundStatement> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          Object c = values.apply(i);
          if (i < 20 || i >= 180) {
            rows.add(insert.bind(key, c, 1_000 * partition + i));
            expected.add(String.valueOf(1_000 * partition + i));
          } else {
            rows.add(delete.bind(key, c));
          }
        }
        writes.addPartition(rows);
      }
    }
    node.tombstoneFailureThreshold(100);
    MemoryTarget target = new MemoryTarget();
    operator
        .export(KEYSPACE, name)
        .to(target)
        .tokenRange(-100, 1_000)
        .pageSize(order.equals("ASC") ? 7 : 1_000)
        .taskCount(1)
        .execute();
    assertThat(rows(target, "v")).as(name).isEqualTo(sorted(expected));
    assertThat(operator.count(KEYSPACE, name).tokenRange(-100, 1_000).execute().rows())
        .as(name)
        .isEqualTo(expected.size());
    node.tombstoneFailureThreshold(100_000);
  }

  /** Keys that cannot be sliced, and partitions with only static values. */
  @Test
  void failureNamesUnreadableToken() throws Exception {
    table("texts", "(id blob, c text, v int, PRIMARY KEY (id, c))");
    table("statics", "(id blob, c int, s int static, v int, PRIMARY KEY (id, c))");
    for (String name : List.of("texts", "statics")) {
      PreparedStatement insert = session.prepare(insert(name));
      PreparedStatement delete = session.prepare(delete(name));
      try (AsyncWrites writes = new AsyncWrites(session)) {
        for (int i = 0; i < 200; i++) {
          Object c = name.equals("texts") ? String.valueOf(1_000 + i) : (Object) (1_000 + i);
          writes.add(delete.bind(Murmur3Keys.withToken(77, 0), c));
          writes.add(insert.bind(Murmur3Keys.withToken(1_000L * i, 1), c, i));
        }
      }
      node.tombstoneFailureThreshold(100);
      String sentence =
          "Token range (76, 77] of "
              + KEYSPACE
              + "."
              + name
              + " cannot be read, even in the smallest parts: it contains more tombstones than the"
              + " server allows in one read. Compact the table once gc_grace_seconds have passed,"
              + " or raise tombstone_failure_threshold on the nodes, and run the operation again"
              + " (ReadFailureException: ";
      MemoryTarget target = new MemoryTarget();
      IncompleteOperationException exporting =
          catchThrowableOfType(
              IncompleteOperationException.class,
              () -> operator.export(KEYSPACE, name).to(target).taskCount(1).execute());
      assertThat(target.rows()).isEmpty();
      IncompleteOperationException counting =
          catchThrowableOfType(
              IncompleteOperationException.class,
              () -> operator.count(KEYSPACE, name).taskCount(1).execute());
      assertThat(counting.partialResult().orElseThrow().rows()).isEqualTo(200);
      for (IncompleteOperationException failure : List.of(exporting, counting)) {
        FailedRange range = failure.failedRanges().get(0);
        assertThat(failure.failedRanges()).hasSize(1);
        assertThat(new TokenRange(range.startExclusive(), range.endInclusive()).contains(77))
            .isTrue();
        assertThat(range.reason()).startsWith(sentence);
      }
      node.tombstoneFailureThreshold(100_000);
    }
  }

  /** A range that cannot be filtered within 200 ms or 10 ms is filtered in parts. */
  @Slow
  @Test
  void splitsRangeThatTimesOut() throws Exception {
    int partitions = 200;
    int perPartition = 1_000;
    table("slow", "(id int, c int, v int, w text, PRIMARY KEY (id, c))");
    PreparedStatement insert =
        session.prepare("INSERT INTO " + KEYSPACE + ".slow (id, c, v, w) VALUES (?, ?, ?, ?)");
    List<String> expected = new ArrayList<>();
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int id = 0; id < partitions; id++) {
        List<BoundStatement> rows = new ArrayList<>();
        for (int c = 0; c < perPartition; c++) {
          int v = id * perPartition + c;
          rows.add(insert.bind(id, c, v % 40_000, "w"));
          if (v % 40_000 == 0) {
            expected.add(id + " " + c);
          }
        }
        writes.addPartition(rows);
      }
    }
    for (int millis : new int[] {200, 10}) {
      node.rangeTimeout(Duration.ofMillis(millis));
      MemoryTarget target = new MemoryTarget();
      RecordingSession watch = new RecordingSession(session);
      try (TokenAwareBulkOperator watched = TokenAwareBulkOperator.over(watch.session())) {
        watched
            .export(KEYSPACE, "slow")
            .to(target)
            .where("v = 0")
            .allowFiltering()
            .taskCount(1)
            .execute();
        if (millis == 10) {
          assertThat(watch.sent()).as("requests for the one range").hasSizeGreaterThan(1);
        }
        assertThat(rows(target, "id", "c")).isEqualTo(sorted(expected));
        assertThat(watched.count(KEYSPACE, "slow").taskCount(1).execute().rows())
            .isEqualTo((long) partitions * perPartition);
      }
    }
  }

  /** A guardrail limits the role to pages of 100 rows; the export uses smaller pages. */
  @Test
  void usesSmallerPagesWhereLargePagesAreRefused() throws Exception {
    int live = 2_000;
    table("guarded", "(id int PRIMARY KEY, v int)");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + KEYSPACE + ".guarded (id, v) VALUES (?, ?)",
        live,
        i -> new Object[] {i, i});
    session.execute("CREATE ROLE IF NOT EXISTS reader WITH PASSWORD = 'reader' AND LOGIN = true");
    session.execute("GRANT SELECT ON KEYSPACE " + KEYSPACE + " TO reader");
    node.pageSizeThreshold(100);
    try (CqlSession ordinary = node.session("reader", "reader")) {
      RecordingSession watch = new RecordingSession(ordinary);
      try (TokenAwareBulkOperator watched = TokenAwareBulkOperator.over(watch.session())) {
        for (int pageSize : new int[] {0, 5_000}) {
          MemoryTarget target = new MemoryTarget();
          ExportRequest request =
              watched.export(KEYSPACE, "guarded").to(target).taskCount(1).parallelism(1);
          if (pageSize > 0) {
            request.pageSize(pageSize).skipPreflight();
          }
          assertThat(request.execute().rows()).isEqualTo(live);
          assertThat(rows(target, "id", "v"))
              .isEqualTo(sorted(IntStream.range(0, live).mapToObj(i -> i + " " + i).toList()));
        }
        assertThat(watched.count(KEYSPACE, "guarded").execute().rows()).isEqualTo(live);
      }
    }
  }

  private void table(String name, String definition) {
    session.execute("CREATE TABLE " + KEYSPACE + "." + name + " " + definition);
  }

  private static String insert(String table) {
    return "INSERT INTO " + KEYSPACE + "." + table + " (id, c, v) VALUES (?, ?, ?)";
  }

  private static String delete(String table) {
    return "DELETE FROM " + KEYSPACE + "." + table + " WHERE id = ? AND c = ?";
  }

  /** Returns the names of the given number of columns, each followed by a comma. */
  private static String columns(int count) {
    return String.join(" ", IntStream.range(0, count).mapToObj(i -> "n" + i + " int,").toList());
  }

  /**
   * Returns an update of the row (id, c) that leaves the given number of tombstones and no live
   * cell.
   */
  private static String nulls(String table, int count) {
    return "UPDATE "
        + KEYSPACE
        + "."
        + table
        + " SET "
        + String.join(", ", IntStream.range(0, count).mapToObj(i -> "n" + i + " = null").toList())
        + " WHERE id = ? AND c = ?";
  }

  private static List<String> rows(MemoryTarget target, String... columns) {
    return sorted(
        target.rows().stream()
            .map(
                row ->
                    String.join(
                        " ",
                        List.of(columns).stream()
                            .map(name -> String.valueOf(row.get(name)))
                            .toList()))
            .toList());
  }

  private static List<String> sorted(List<String> rows) {
    return rows.stream().sorted().toList();
  }
}
