package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BatchFailedException.Outcome;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the results of units: conditions, existing rows and rows read. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnitAnswersIT {

  private final CqlSession session = TestCluster.session();
  private final RecordingSession watch = new RecordingSession(session);
  private String keyspace;
  private PreparedStatement insert;
  private PreparedStatement insertIfAbsent;
  private PreparedStatement insertOther;
  private PreparedStatement update;
  private PreparedStatement select;
  private int test;

  @BeforeAll
  void createTables() {
    keyspace = TestCluster.newKeyspace(3);
    String columns = "(test int, p int, c int, v int, PRIMARY KEY ((test, p), c))";
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t " + columns,
            "CREATE TABLE " + keyspace + ".u " + columns));
    String values = " (test, p, c, v) VALUES (?, ?, ?, ?)";
    insert = session.prepare("INSERT INTO " + keyspace + ".t" + values);
    insertIfAbsent = session.prepare("INSERT INTO " + keyspace + ".t" + values + " IF NOT EXISTS");
    insertOther = session.prepare("INSERT INTO " + keyspace + ".u" + values + " IF NOT EXISTS");
    String where = " SET v = ? WHERE test = ? AND p = ? AND c = ? IF v = ?";
    update = session.prepare("UPDATE " + keyspace + ".t" + where);
    select = session.prepare("SELECT c, v FROM " + keyspace + ".t WHERE test = ? AND p = ?");
  }

  @BeforeEach
  void beginAnew() {
    test++;
    watch.take();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNLOGGED", "LOGGED"})
  void conditionsHoldForAllOrNone(String type) throws Exception {
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      List<Operation> first = new ArrayList<>(absent(1, 0, 3));
      first.add(Operation.of(insert.bind(test, 1, 100, 100)));
      BatchResult done = writer.execute(first, type(type));
      BatchResult undone = writer.execute(absent(1, 2, 5), type(type));

      assertThat(done.applied()).isTrue();
      assertThat(done.answers()).hasSize(4).allMatch(BatchResult.Answer::applied);
      assertThat(done.existing()).isEmpty();
      assertThat(undone.applied()).isFalse();
      assertThat(undone.answers()).hasSize(3).noneMatch(BatchResult.Answer::applied);
      assertThat(undone.existing().stream().filter(row -> !row.isNull("v")))
          .singleElement()
          .satisfies(
              row -> {
                assertThat(row.getBoolean("[applied]")).isFalse();
                assertThat(row.getInt("c")).isEqualTo(2);
                assertThat(row.getInt("v")).isEqualTo(2);
              });
    }
    assertThat(watch.takeSizes()).containsExactly(4, 3);
    assertThat(rows(1)).isEqualTo(Set.of("0 0", "1 1", "2 2", "100 100"));
  }

  @Test
  void failedConditionReturnsExistingRow() throws Exception {
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      writer.execute(absent(1, 0, 1), BatchType.UNLOGGED);
      BatchResult met =
          writer.execute(List.of(Operation.of(update.bind(7, test, 1, 0, 5))), BatchType.UNLOGGED);
      BatchResult done =
          writer.execute(List.of(Operation.of(update.bind(8, test, 1, 0, 0))), BatchType.UNLOGGED);

      assertThat(met.applied()).isFalse();
      assertThat(met.existing()).singleElement().matches(row -> row.getInt("v") == 0);
      assertThat(met.answers())
          .singleElement()
          .satisfies(
              answer -> {
                assertThat(answer.applied()).isFalse();
                assertThat(answer.rows()).singleElement().matches(row -> row.getInt("v") == 0);
              });
      assertThat(done.applied()).isTrue();
      assertThat(done.existing()).isEmpty();
    }
    assertThat(rows(1)).isEqualTo(Set.of("0 8"));
  }

  @Test
  void conditionsOnRowsAreSentAsStatementsAre() throws Exception {
    TableRow row = row(1, 0, 0);
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      assertThat(
              writer
                  .execute(List.of(Operation.insert(row).ifNotExists()), BatchType.UNLOGGED)
                  .applied())
          .isTrue();
      assertThat(
              writer
                  .execute(
                      List.of(
                          Operation.update(row(1, 0, 9)).ifEquals("v", 0),
                          Operation.insert(row(1, 1, 1))),
                      BatchType.UNLOGGED)
                  .applied())
          .isTrue();
      assertThat(
              writer
                  .execute(
                      List.of(
                          Operation.update(row(1, 5, 5)).ifExists(),
                          Operation.insert(row(1, 6, 6))),
                      BatchType.UNLOGGED)
                  .applied())
          .isFalse();
    }
    assertThat(rows(1)).isEqualTo(Set.of("0 9", "1 1"));
  }

  @Test
  void rejectsConditionsOnTwoPartitions() {
    Operation one = Operation.of(insertIfAbsent.bind(test, 1, 1, 1));
    List<List<Operation>> refused =
        List.of(
            List.of(one, Operation.of(insertIfAbsent.bind(test, 2, 1, 1))),
            List.of(one, Operation.of(insertOther.bind(test, 1, 1, 1))),
            List.of(one, Operation.of(insert.bind(test, 2, 1, 1))));
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      for (List<Operation> operations : refused) {
        assertThatThrownBy(() -> writer.execute(operations, BatchType.UNLOGGED))
            .isInstanceOf(UnsuitableBatchException.class)
            .hasMessageContaining("one partition of one table")
            .hasMessageContaining("operations 0 and 1");
      }
      assertThatThrownBy(
              () ->
                  writer.execute(
                      List.of(Operation.of(update.bind(7, test, 1, 0, 5).setQueryTimestamp(1))),
                      BatchType.UNLOGGED))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("cannot set a write time");
      assertThatThrownBy(
              () ->
                  writer.execute(
                      List.of(
                          Operation.insert(row(1, 1, 1).writeTime(Instant.now())).ifNotExists()),
                      BatchType.UNLOGGED))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("cannot set a write time");
    }
    assertThat(watch.take()).isEmpty();
  }

  /** In the given order, regardless of the order of responses, with all pages. */
  @Test
  void returnsReadsInOrder() throws Exception {
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      writer.writeAll(IntStream.range(0, 30).mapToObj(c -> insert.bind(test, 1, c, c)).toList());
      watch.take();
      List<Operation> operations = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        operations.add(Operation.of(insert.bind(test, 2, i, i)));
        operations.add(Operation.of(select.bind(test, i % 2 == 0 ? 1 : 99).setPageSize(7)));
      }
      operations.add(
          Operation.of(
              SimpleStatement.newInstance(
                  "SELECT v FROM " + keyspace + ".t WHERE test = ? AND p = 1 AND c = 4", test)));
      operations.add(Operation.of(insertIfAbsent.bind(test, 1, 4, -4)));
      BatchResult result = writer.execute(operations, BatchType.LOGGED);

      assertThat(result.type()).isEmpty();
      assertThat(result.requests()).isEqualTo(42);
      assertThat(result.note().orElseThrow()).contains("one by one").contains("LOGGED");
      assertThat(result.answers()).hasSize(42);
      assertThat(result.applied()).isFalse();
      for (int i = 0; i < 40; i++) {
        BatchResult.Answer answer = result.answers().get(i);
        assertThat(answer.applied()).isTrue();
        assertThat(answer.rows()).hasSize(i % 4 == 1 ? 30 : 0);
      }
      assertThat(result.answers().get(40).rows())
          .singleElement()
          .matches(row -> row.getInt("v") == 4);
      assertThat(result.answers().get(41).applied()).isFalse();
      assertThat(result.answers().get(41).rows())
          .singleElement()
          .matches(row -> row.getInt("v") == 4);
    }
    assertThat(watch.takeSizes()).hasSize(42).containsOnly(1);
    assertThat(rows(2)).hasSize(20);
  }

  /** Operations sent one by one fail one by one. */
  @Test
  void onlyInvalidOperationsFailBesideReads() {
    Set<Integer> bad = Set.of(0, 9, 10, 49, 50, 77, 98);
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < 99; i++) {
      operations.add(Operation.of(insert.bind(test, 1, bad.contains(i) ? null : i, i)));
    }
    operations.add(Operation.of(select.bind(test, 99)));
    BatchFailedException failure;
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      failure =
          catchThrowableOfType(
              BatchFailedException.class, () -> writer.execute(operations, BatchType.UNLOGGED));
    }
    assertThat(failure.operations()).containsExactlyElementsOf(new TreeSet<>(bad));
    assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    assertThat(failure).hasMessageContaining("Invalid null value in condition for column c");
    assertThat(rows(1)).hasSize(92);
  }

  /** A row that cannot be bound stops its unit before anything is sent. */
  @Test
  void rejectsRowWithoutKeyBeforeSending() {
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      for (TableRow bad :
          List.of(
              TableRow.of(keyspace, "t").with("test", test).with("c", 1).with("v", 1),
              row(1, 1, 1).with("p", null),
              row(1, 1, 1).with("v", "one"))) {
        assertThatThrownBy(
                () ->
                    writer.execute(
                        List.of(Operation.insert(row(1, 0, 0)), Operation.insert(bad)),
                        BatchType.UNLOGGED))
            .isInstanceOf(BulkOperationException.class)
            .isNotInstanceOf(BatchFailedException.class);
      }
    }
    assertThat(watch.take()).isEmpty();
    assertThat(rows(1)).isEmpty();
  }

  private TableRow row(int partition, int clustering, int value) {
    return TableRow.of(keyspace, "t")
        .with("test", test)
        .with("p", partition)
        .with("c", clustering)
        .with("v", value);
  }

  private List<Operation> absent(int partition, int from, int to) {
    return IntStream.range(from, to)
        .<Operation>mapToObj(c -> Operation.of(insertIfAbsent.bind(test, partition, c, c)))
        .toList();
  }

  private static BatchType type(String name) {
    return name.equals("LOGGED") ? BatchType.LOGGED : BatchType.UNLOGGED;
  }

  private Set<String> rows(int partition) {
    Set<String> rows = new TreeSet<>();
    for (Row row : session.execute(select.bind(test, partition))) {
      rows.add(row.getInt("c") + " " + row.getInt("v"));
    }
    return rows;
  }
}
