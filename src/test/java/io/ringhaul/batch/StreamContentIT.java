package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.RowsRejectedException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests a stream of statements of different kinds. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamContentIT {

  private static final int A_DAY = 86_400;

  private final CqlSession session = TestCluster.session();
  private final RecordingSession watch = new RecordingSession(session);
  private PreparedStatement insert;
  private PreparedStatement insertOther;
  private PreparedStatement insertFor;
  private PreparedStatement add;
  private PreparedStatement select;
  private PreparedStatement selectOther;
  private PreparedStatement selectCounters;
  private int test;

  @BeforeAll
  void createTables() {
    String keyspace = TestCluster.newKeyspace(1);
    String columns = "(test int, p int, c int, v int, w int, PRIMARY KEY ((test, p), c))";
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t " + columns,
            String.format(
                "CREATE TABLE %s.u %s WITH default_time_to_live = %d", keyspace, columns, A_DAY),
            "CREATE TABLE "
                + keyspace
                + ".n (test int, p int, c int, n counter, PRIMARY KEY ((test, p), c))"));
    String values = " (test, p, c, v, w) VALUES (?, ?, ?, ?, ?)";
    insert = session.prepare("INSERT INTO " + keyspace + ".t" + values);
    insertOther = session.prepare("INSERT INTO " + keyspace + ".u" + values);
    insertFor = session.prepare("INSERT INTO " + keyspace + ".u" + values + " USING TTL ?");
    add =
        session.prepare(
            "UPDATE " + keyspace + ".n SET n = n + ? WHERE test = ? AND p = ? AND c = ?");
    select = session.prepare("SELECT c, v, w FROM " + keyspace + ".t WHERE test = ? AND p = ?");
    selectOther =
        session.prepare("SELECT c, v, ttl(v) FROM " + keyspace + ".u WHERE test = ? AND p = ?");
    selectCounters =
        session.prepare("SELECT c, n, (int) 0 FROM " + keyspace + ".n WHERE test = ? AND p = ?");
  }

  @BeforeEach
  void beginAnew() {
    test++;
    watch.take();
  }

  @ParameterizedTest
  @CsvSource({
    "0, ''",
    "1, 1",
    "9, 9",
    "10, 10",
    "11, 10 1",
    "19, 10 9",
    "20, 10 10",
    "21, 10 10 1",
    "30, 10 10 10"
  })
  void sendsGroupAtLimitOnce(int statements, String sizes) throws Exception {
    try (BatchWriter writer = writer()) {
      assertThat(writer.writeAll(rows(1, statements))).isEqualTo(statements);
      assertThat(sizes()).isEqualTo(sizes);
      writer.flush();
      assertThat(writer.writtenStatements()).isEqualTo(statements);
    }
    assertThat(watch.take()).isEmpty();
    assertThat(read(select, 1)).hasSize(statements);
  }

  /** The driver routes by the last of the partitions. */
  @Test
  void sendsStatementOfSeveralPartitionsAlone() throws Exception {
    String table = insert.getQuery().replaceFirst("INSERT INTO (\\S+) .*", "$1");
    PreparedStatement update =
        session.prepare(
            "UPDATE " + table + " SET v = ? WHERE test = ? AND p IN (?, ?) AND c IN (?, ?)");
    try (BatchWriter writer = writer()) {
      for (int p = 0; p < 3; p++) {
        BoundStatement bound = update.bind(p, test, p, 50, 1, 2);
        assertThat(bound.getRoutingKey()).isNotNull();
        writer.add(bound);
      }
      writer.flush();
      assertThat(watch.takeSizes()).containsExactly(1, 1, 1);
      assertThat(writer.metrics().singlePartition()).isZero();
    }
    for (int p = 0; p < 3; p++) {
      assertThat(read(select, p)).hasSize(2);
    }
  }

  /** A statement without a keyspace may belong to another one. */
  @Test
  void equalKeysWithoutKeyspaceShareNoBatch() throws Exception {
    BoundStatement bound = insert.bind(test, 70, 1, 1, null);
    SimpleStatement other =
        SimpleStatement.newInstance(insertOther.getQuery(), test, 70, 1, 1, null)
            .setRoutingKey(bound.getRoutingKey());
    try (BatchWriter writer = writer()) {
      writer.add(List.of(bound, other));
      writer.flush();
      assertThat(watch.takeSizes()).containsExactly(2);
      assertThat(writer.metrics().singlePartition()).isZero();
    }
    assertThat(read(select, 70)).hasSize(1);
    assertThat(read(selectOther, 70)).hasSize(1);
  }

  /**
   * The statements of a batch have one write time, and a list that two of them set gets the
   * elements of both.
   */
  @Test
  void staticListIsSetByOneStatementPerBatch() throws Exception {
    String table = TestCluster.newKeyspace(1) + ".s";
    TestCluster.define(
        "CREATE TABLE "
            + table
            + " (p int, c int, l list<int> static, m list<int> static, v int, PRIMARY KEY (p, c))");
    PreparedStatement both =
        session.prepare("INSERT INTO " + table + " (p, c, l, m, v) VALUES (?, ?, ?, ?, ?)");
    PreparedStatement text =
        session.prepare("INSERT INTO " + table + " (p, c, l) VALUES (?, 9, [1, 2])");
    List<Integer> list = List.of(1, 2);
    try (BatchWriter writer = writer()) {
      for (int c = 0; c < 3; c++) {
        writer.add(both.bind(1, c, list, list, c));
        writer.add(text.bind(1));
      }
      writer.flush();
      assertThat(watch.takeSizes()).containsExactly(1, 1, 1, 1, 1, 1);
      // Without a value for the list nothing changes.
      for (int c = 3; c < 6; c++) {
        writer.add(both.bind(1, c).setInt("v", c));
      }
      writer.flush();
      assertThat(watch.takeSizes()).containsExactly(3);
      assertThatThrownBy(() -> writer.add(List.of(both.bind(1, 1, list, null, 1), text.bind(1))))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("static list l of one partition of " + table);
      writer.add(List.of(both.bind(2, 1, list, null, 1), both.bind(2, 2, null, list, 2)));
    }
    assertThat(
            session.execute("SELECT DISTINCT p, l, m FROM " + table).all().stream()
                .map(Row::getFormattedContents))
        .allMatch(row -> row.contains("l:[1,2]") && row.contains("m:[1,2]"))
        .hasSize(2);
  }

  @Test
  void unitSetsStaticListOnce() throws Exception {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".s (p int, c int, l list<int> static, f frozen<list<int>> static, PRIMARY KEY (p,"
            + " c))");
    TableRow row = TableRow.of(keyspace, "s").with("p", 1).with("f", List.of(3));
    TableRow listed = row.with("l", List.of(1, 2));
    try (BatchWriter writer = writer()) {
      assertThatThrownBy(
              () ->
                  writer.execute(
                      List.of(
                          Operation.insert(listed.with("c", 1)),
                          Operation.insert(row.with("c", 2)),
                          Operation.insert(listed.with("c", 3))),
                      BatchType.UNLOGGED))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("static list l of one partition of " + keyspace + ".s")
          .hasMessageContaining("operation 2");
      assertThat(watch.takeSizes()).isEmpty();
      writer.execute(
          List.of(
              Operation.insert(listed.with("c", 1)),
              Operation.insert(row.with("c", 2)),
              Operation.insert(listed.with("p", 2).with("c", 3))),
          BatchType.LOGGED);
    }
    assertThat(
            session.execute("SELECT l FROM " + keyspace + ".s").all().stream()
                .map(each -> each.getList("l", Integer.class)))
        .containsExactly(List.of(1, 2), List.of(1, 2), List.of(1, 2));
  }

  /** One partition per group, in turns. */
  @Test
  void interleavedGroupsEndAtLimit() throws Exception {
    List<BoundStatement> statements = new ArrayList<>();
    for (int c = 0; c < 20; c++) {
      for (int p = 0; p < 7; p++) {
        statements.add(insert.bind(test, p, c, p, c));
      }
    }
    try (BatchWriter writer = writer()) {
      writer.writeAll(statements);
    }
    assertThat(watch.takeSizes()).hasSize(14).containsOnly(10);
    for (int p = 0; p < 7; p++) {
      assertThat(read(select, p)).hasSize(20);
    }
  }

  /** Statements added together share a batch, even if the batch before is less full. */
  @Test
  void doesNotSplitStatementsAddedTogether() throws Exception {
    try (BatchWriter writer = writer()) {
      for (int i = 0; i < 7; i++) {
        writer.add(List.copyOf(rows(1, 3 * i, 3 * i + 3)));
      }
      writer.add(List.copyOf(rows(1, 21, 32)));
      writer.flush();
      assertThat(writer.writtenStatements()).isEqualTo(8);
    }
    assertThat(sizes()).isEqualTo("9 9 3 11");
    assertThat(read(select, 1)).hasSize(32);
  }

  /** Records the outcome of each statement by number. */
  private static final class Heard {
    private final Map<Integer, String> outcomes = new ConcurrentSkipListMap<>();

    WriteOutcome of(int number) {
      return new WriteOutcome() {
        @Override
        public void written(long bytes) {
          outcomes.merge(number, "written", String::concat);
        }

        @Override
        public @Nullable BulkOperationException rejected(RowRejectedException failure) {
          outcomes.merge(number, String.valueOf(failure.getMessage()), String::concat);
          return null;
        }
      };
    }
  }

  /** In a batch with valid statements, in a batch of their own, and without a routing key. */
  @Test
  void reportsOnlySevenInvalidOfAThousand() throws Exception {
    Heard heard = new Heard();
    Set<Integer> bad = Set.of(0, 9, 10, 499, 500, 777, 999);
    try (BatchWriter writer = writer()) {
      for (int i = 0; i < 1_000; i++) {
        Integer partition = i == 500 || i == 777 ? null : i / 100;
        Integer row = bad.contains(i) && partition != null ? null : i;
        writer.add(List.of(insert.bind(test, partition, row, i, i)), heard.of(i));
      }
      writer.flush();
      assertThat(writer.writtenStatements()).isEqualTo(993);
    }
    Map<Integer, String> expected = new TreeMap<>();
    for (int i = 0; i < 1_000; i++) {
      expected.put(i, "written");
    }
    bad.forEach(i -> expected.put(i, heard.outcomes.get(i)));
    assertThat(heard.outcomes).isEqualTo(expected);
    for (int i : bad) {
      boolean hasPartition = i != 500 && i != 777;
      assertThat(heard.outcomes.get(i))
          .startsWith("The cluster refuses a row for ")
          .contains(hasPartition ? "p = " + i / 100 + ", c = NULL" : "p = NULL, c = " + i)
          .contains("Invalid null value in condition for column " + (hasPartition ? "c" : "p"));
    }
    Set<Integer> written = new TreeSet<>();
    for (int p = 0; p < 10; p++) {
      read(select, p).forEach((c, rest) -> written.add(c));
    }
    Set<Integer> good = numbers(1_000);
    good.removeAll(bad);
    assertThat(written).isEqualTo(good);
  }

  /** Without an outcome, rejections are thrown once, and the writer stays usable. */
  @Test
  void flushReportsRejectionsWithoutOutcome() throws Exception {
    Set<Integer> bad = Set.of(0, 9, 10, 499, 500, 777, 999);
    List<BoundStatement> statements = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      statements.add(insert.bind(test, i / 100, bad.contains(i) ? null : i, i, i));
    }
    try (BatchWriter writer = writer()) {
      RowsRejectedException refused =
          catchThrowableOfType(RowsRejectedException.class, () -> writer.writeAll(statements));
      assertThat(refused.count()).isEqualTo(7);
      assertThat(refused.rejections())
          .hasSize(7)
          .allSatisfy(each -> assertThat(each).hasMessageContaining("c = NULL"));
      assertThat(refused)
          .hasMessageStartingWith(
              "The cluster rejected the content of 7 statements, which were not written;")
          .hasMessageContaining(refused.rejections().get(0).getMessage())
          .hasCause(refused.rejections().get(0));
      assertThat(writer.writtenStatements()).isEqualTo(993);
      writer.writeAll(rows(10, 3));
      assertThat(read(select, 10)).hasSize(3);

      writer.add(insert.bind(test, 10, null, 4, 4));
      assertThatThrownBy(writer::close)
          .isInstanceOfSatisfying(
              RowsRejectedException.class, last -> assertThat(last.count()).isEqualTo(1));
    }
    int written = 0;
    for (int p = 0; p < 10; p++) {
      written += read(select, p).size();
    }
    assertThat(written).isEqualTo(993);
  }

  /** The driver encodes simple statements when it sends them. */
  @Test
  void unencodableStatementIsRejectedAlone() throws Exception {
    String cql = insert.getQuery();
    List<Object> bad = new ArrayList<>(List.of(test, 1, 5, new AtomicInteger(), 0));
    List<Object> nullWithin = new ArrayList<>(List.of(test, 1, 6, Arrays.asList(1, null), 0));
    try (BatchWriter writer = writer()) {
      for (int c = 0; c < 3; c++) {
        writer.add(simple(cql, List.of(test, 1, c, c, c)));
      }
      writer.add(simple(cql, bad));
      writer.add(simple(cql, nullWithin));
      RowsRejectedException refused =
          catchThrowableOfType(RowsRejectedException.class, writer::flush);
      assertThat(refused.count()).isEqualTo(2);
      assertThat(refused.rejections())
          .allSatisfy(each -> assertThat(each).hasMessageStartingWith("The driver cannot encode "));
      writer.writeAll(rows(1, 3, 5));
    }
    assertThat(read(select, 1)).hasSize(5);
  }

  private static SimpleStatement simple(String cql, List<Object> values) {
    return SimpleStatement.builder(cql)
        .addPositionalValues(values)
        .setRoutingKey(ByteBuffer.allocate(1))
        .build();
  }

  /** Rejected before anything is buffered, so that the writer stays usable. */
  @Test
  void rejectsStatementsThatCannotShareABatch() throws Exception {
    try (BatchWriter writer = writer()) {
      refused(writer, "1 of 2", List.of(add.bind(1L, test, 1, 0), insert.bind(test, 1, 0, 0, 0)));
      refused(writer, "0 and 1", List.of(insert.bind(test, 1, 0), insert.bind(test, 2, 0)));
      refused(writer, "TRUNCATE nothing", List.of(SimpleStatement.newInstance("TRUNCATE nothing")));
      assertThat(writer.metrics().queued()).isZero();
      writer.writeAll(rows(1, 3));
      assertThatThrownBy(
              () ->
                  writer.execute(
                      List.of(
                          Operation.of(SimpleStatement.newInstance("DROP TABLE nothing")),
                          Operation.of(insert.bind(test, 1, 3, 3, 3))),
                      DefaultBatchType.UNLOGGED))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("DROP TABLE nothing");
    }
    assertThat(sizes()).isEqualTo("3");
    assertThat(read(select, 1)).hasSize(3);
    assertThat(read(selectCounters, 1)).isEmpty();
  }

  private static void refused(
      BatchWriter writer, String why, List<? extends BatchableStatement<?>> together) {
    assertThatThrownBy(() -> writer.add(together))
        .isInstanceOf(UnsuitableBatchException.class)
        .hasMessageContaining(why);
  }

  @Test
  void unsetIsNotNull() throws Exception {
    try (BatchWriter writer = writer()) {
      writer.writeAll(rows(1, 3));
      writer.add(insert.bind(test, 1, 0));
      writer.add(insert.bind(test, 1, 1).setToNull("v"));
      writer.add(insert.bind(test, 1, 2, -2));
      writer.flush();
    }
    assertThat(read(select, 1)).isEqualTo(Map.of(0, "0 0", 1, "null 1", 2, "-2 2"));
    assertThat(sizes()).isEqualTo("3 3");
  }

  /** Zero means no expiry in a table with a default of a day; a time to live may be unset too. */
  @Test
  void zeroTimeToLiveNeverExpires() throws Exception {
    Heard heard = new Heard();
    try (BatchWriter writer = writer()) {
      writer.add(insertFor.bind(test, 1, 0, 0, 0, 0));
      writer.add(insertFor.bind(test, 1, 1, 1, 1));
      writer.add(insertFor.bind(test, 1, 2, 2, 2, 600));
      writer.add(List.of(insertFor.bind(test, 1, 3, 3, 3, -1)), heard.of(3));
      writer.flush();
    }
    Map<Integer, Integer> timesToLive = new TreeMap<>();
    for (Row row : session.execute(selectOther.bind(test, 1))) {
      timesToLive.put(row.getInt("c"), row.isNull(2) ? 0 : row.getInt(2));
    }
    assertThat(timesToLive).containsOnlyKeys(0, 1, 2).containsEntry(0, 0);
    assertThat(timesToLive.get(1)).isBetween(A_DAY - 60, A_DAY);
    assertThat(timesToLive.get(2)).isBetween(540, 600);
    assertThat(heard.outcomes.get(3)).contains("A TTL must be greater or equal to 0");
  }

  /** Rows of two tables with one key are one mutation, and may share a batch. */
  @Test
  void tablesShareBatchOfOnePartition() throws Exception {
    try (BatchWriter writer = writer()) {
      for (int c = 0; c < 5; c++) {
        writer.add(insert.bind(test, 1, c, c, c));
        writer.add(insertOther.bind(test, 1, c, -c, c));
      }
      for (int p = 2; p < 4; p++) {
        writer.add(insert.bind(test, p, p, p, p));
        writer.add(insertOther.bind(test, p, p, -p, p));
      }
      writer.flush();
    }
    assertThat(sizes()).isEqualTo("10 2 2");
    assertThat(read(select, 1)).hasSize(5);
    assertThat(read(selectOther, 1)).hasSize(5);
    assertThat(read(select, 2)).containsExactly(Map.entry(2, "2 2"));
    assertThat(read(selectOther, 3).get(3)).startsWith("-3 ");
  }

  @Test
  void consistencyLevelsNeverShareABatch() throws Exception {
    List<ConsistencyLevel> levels =
        List.of(
            DefaultConsistencyLevel.ONE,
            DefaultConsistencyLevel.LOCAL_ONE,
            DefaultConsistencyLevel.ALL);
    try (BatchWriter writer = writer()) {
      for (int c = 0; c < 12; c++) {
        writer.add(insert.bind(test, 1, c, c, c).setConsistencyLevel(levels.get(c % 3)));
      }
      writer.add(insert.bind(test, 1, 12, 12, 12));
      writer.flush();
    }
    Map<ConsistencyLevel, Integer> sizes = new TreeMap<>();
    for (Statement<?> request : watch.take()) {
      sizes.merge(request.getConsistencyLevel(), RecordingSession.size(request), Integer::sum);
      assertThat(
              RecordingSession.all(
                  request,
                  each ->
                      each.getConsistencyLevel() == null
                          || each.getConsistencyLevel().equals(request.getConsistencyLevel())))
          .isTrue();
    }
    assertThat(sizes)
        .isEqualTo(
            Map.of(
                DefaultConsistencyLevel.ONE,
                4,
                DefaultConsistencyLevel.LOCAL_ONE,
                4,
                DefaultConsistencyLevel.ALL,
                4,
                DefaultConsistencyLevel.LOCAL_QUORUM,
                1));
    assertThat(read(select, 1)).hasSize(13);
  }

  /** Three kinds of statements for one partition key, which share no batch. */
  @Test
  void separatesCountersAndNonIdempotentWrites() throws Exception {
    try (BatchWriter writer = writer()) {
      for (int c = 0; c < 5; c++) {
        writer.add(insert.bind(test, 1, c, c, c));
        writer.add(add.bind(c + 1L, test, 1, c));
        writer.add(insert.bind(test, 1, 10 + c, c, c).setIdempotent(false));
      }
      writer.flush();
    }
    List<String> batches = new ArrayList<>();
    for (Statement<?> request : watch.take()) {
      BatchType type = ((BatchStatement) request).getBatchType();
      batches.add(type + " " + RecordingSession.size(request) + " " + request.isIdempotent());
    }
    assertThat(batches)
        .containsExactlyInAnyOrder(
            DefaultBatchType.UNLOGGED + " 5 true",
            DefaultBatchType.COUNTER + " 5 false",
            DefaultBatchType.UNLOGGED + " 5 false");
    assertThat(read(select, 1)).hasSize(10);
    assertThat(read(selectCounters, 1).values()).containsExactly("1 0", "2 0", "3 0", "4 0", "5 0");
  }

  private BatchWriter writer() {
    return BatchWriter.builder(watch.session())
        .limits(new BatchLimits(10, 1 << 20, 10_000))
        .maxAge(Duration.ZERO)
        .build();
  }

  private List<BoundStatement> rows(int partition, int count) {
    return rows(partition, 0, count);
  }

  private List<BoundStatement> rows(int partition, int from, int to) {
    return IntStream.range(from, to).mapToObj(c -> insert.bind(test, partition, c, c, c)).toList();
  }

  /** The numbers of statements in the requests. */
  private String sizes() {
    return String.join(" ", watch.takeSizes().stream().map(String::valueOf).toList());
  }

  private static Set<Integer> numbers(int below) {
    Set<Integer> numbers = new TreeSet<>();
    IntStream.range(0, below).forEach(numbers::add);
    return numbers;
  }

  /** The rows of a partition, by clustering column, as text. */
  private Map<Integer, String> read(PreparedStatement query, int partition) {
    Map<Integer, String> rows = new TreeMap<>();
    for (Row row : session.execute(query.bind(test, partition))) {
      rows.put(row.getInt(0), row.getObject(1) + " " + row.getObject(2));
    }
    return rows;
  }
}
