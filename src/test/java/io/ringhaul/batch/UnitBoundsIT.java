package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BatchFailedException.Outcome;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.batch.LoggedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the exact limits of a unit. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnitBoundsIT {

  private static final String LARGE = "A unit of ";

  private final CqlSession session = TestCluster.session();
  private final RecordingSession watch = new RecordingSession(session);
  private String keyspace;
  private PreparedStatement insert;
  private PreparedStatement add;
  private PreparedStatement counter;
  private int test;

  @BeforeAll
  void createTables() {
    keyspace = TestCluster.newKeyspace(2);
    TestCluster.define(
        List.of(
            "CREATE TABLE "
                + keyspace
                + ".t (test int, p int, c int, v int, PRIMARY KEY ((test, p), c))",
            "CREATE TABLE " + keyspace + ".n (p int PRIMARY KEY, n counter)"));
    insert = session.prepare("INSERT INTO " + keyspace + ".t (test, p, c, v) VALUES (?, ?, ?, ?)");
    add = session.prepare("UPDATE " + keyspace + ".n SET n = n + ? WHERE p = ?");
    counter = session.prepare("SELECT n FROM " + keyspace + ".n WHERE p = ?");
  }

  @BeforeEach
  void beginAnew() {
    test++;
    watch.take();
  }

  @ParameterizedTest
  @CsvSource({
    "UNLOGGED, 0, false", "UNLOGGED, 1, false", "UNLOGGED, 49, false", "UNLOGGED, 50, true",
    "UNLOGGED, 51, true", "UNLOGGED, 99, true", "UNLOGGED, 100, true", "LOGGED, 0, false",
    "LOGGED, 1, false", "LOGGED, 49, false", "LOGGED, 50, true", "LOGGED, 51, true",
    "LOGGED, 99, true", "LOGGED, 100, true"
  })
  void sendsUnitAsOneRequest(String named, int operations, boolean warned) throws Exception {
    BatchType type = type(named);
    try (BatchWriter writer = BatchWriter.over(watch.session());
        LoggedText log = new LoggedText()) {
      BatchResult result = writer.execute(spread(operations), type);

      assertThat(result.type()).contains(type);
      assertThat(result.requests()).isEqualTo(operations == 0 ? 0 : 1);
      assertThat(result.applied()).isTrue();
      assertThat(result.answers()).hasSize(operations).allMatch(BatchResult.Answer::applied);
      assertThat(result.note()).isEmpty();
      assertThat(log.text().contains(LARGE + operations + " operations is large"))
          .isEqualTo(warned);
      assertThat(log.text().contains(LARGE)).isEqualTo(warned);
    }
    List<Statement<?>> sent = watch.take();
    assertThat(sent.stream().map(RecordingSession::size))
        .isEqualTo(operations == 0 ? List.of() : List.of(operations));
    assertThat(sent)
        .allMatch(
            request ->
                operations == 1
                    ? request instanceof BoundStatement
                    : ((BatchStatement) request).getBatchType() == type);
    assertThat(rows()).isEqualTo(numbers(operations));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNLOGGED", "LOGGED"})
  void rejectsOneOperationMore(String named) {
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      assertThatThrownBy(() -> writer.execute(spread(101), type(named)))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("101 operations")
          .hasMessageContaining("the maximum is 100")
          .hasMessageContaining(named.equals("LOGGED") ? "Only UNLOGGED units" : "autoSplit()");
    }
    assertThat(watch.take()).isEmpty();
    assertThat(rows()).isEmpty();
  }

  /** A part that ends exactly at the end of the unit is sent once. */
  @ParameterizedTest
  @CsvSource({"99, 99", "100, 100", "101, 100 1", "199, 100 99", "200, 100 100", "201, 100 100 1"})
  void splitsUnloggedUnit(int operations, String sizes) throws Exception {
    try (BatchWriter writer = BatchWriter.builder(watch.session()).autoSplit().build()) {
      BatchResult result = writer.execute(spread(operations), BatchType.UNLOGGED);

      assertThat(result.answers()).hasSize(operations);
      assertThat(result.requests()).isEqualTo(sizes.split(" ").length);
    }
    List<Statement<?>> sent = watch.take();
    assertThat(sent.stream().map(each -> String.valueOf(RecordingSession.size(each))))
        .isEqualTo(List.of(sizes.split(" ")));
    assertThat(rows()).isEqualTo(numbers(operations));
  }

  @Test
  void neverSplitsLoggedUnit() {
    try (BatchWriter writer = BatchWriter.builder(watch.session()).autoSplit().build()) {
      assertThatThrownBy(() -> writer.execute(spread(101), BatchType.LOGGED))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("Only UNLOGGED units");
    }
    assertThat(watch.take()).isEmpty();
  }

  @Test
  void acceptsUnitOfMaximumSize() throws Exception {
    try (BatchWriter writer = BatchWriter.builder(watch.session()).maxOperations(120).build();
        LoggedText log = new LoggedText()) {
      writer.execute(spread(59), BatchType.LOGGED);
      assertThat(log.text()).doesNotContain(LARGE);
      writer.execute(spread(60), BatchType.LOGGED);
      assertThat(log.text()).contains(LARGE + 60);
      writer.execute(spread(120), BatchType.LOGGED);
      assertThatThrownBy(() -> writer.execute(spread(121), BatchType.LOGGED))
          .isInstanceOf(UnsuitableBatchException.class);
    }
    assertThat(watch.takeSizes()).containsExactly(59, 60, 120);
  }

  /** The parts of a split unit without an invalid operation are written. */
  @Test
  void invalidOperationFailsItsPart() throws Exception {
    List<Operation> operations = new ArrayList<>(spread(1_000));
    Set<Integer> bad = Set.of(3, 99, 100, 350, 555, 600, 999);
    bad.forEach(i -> operations.set(i, Operation.of(insert.bind(test, i, null, i))));
    Set<Integer> lost = new TreeSet<>();
    bad.forEach(i -> IntStream.range(i / 100 * 100, i / 100 * 100 + 100).forEach(lost::add));

    BatchFailedException failure;
    try (BatchWriter writer = BatchWriter.builder(watch.session()).autoSplit().build()) {
      failure =
          catchThrowableOfType(
              BatchFailedException.class, () -> writer.execute(operations, BatchType.UNLOGGED));
    }
    assertThat(failure.operations()).containsExactlyElementsOf(lost);
    assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    assertThat(failure)
        .hasMessageContaining("600 of 1,000 operations were not acknowledged")
        .hasMessageContaining("Invalid null value in condition for column c");
    assertThat(watch.takeSizes()).hasSize(10).containsOnly(100);
    Set<Integer> written = numbers(1_000);
    written.removeAll(lost);
    assertThat(rows()).isEqualTo(written);
  }

  @Test
  void loggedUnitWithInvalidOperationWritesNothing() {
    List<Operation> operations = new ArrayList<>(spread(100));
    operations.set(7, Operation.of(insert.bind(test, null, 7, 7)));
    BatchFailedException failure;
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      failure =
          catchThrowableOfType(
              BatchFailedException.class, () -> writer.execute(operations, BatchType.LOGGED));
    }
    assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    assertThat(failure.operations()).hasSize(100);
    assertThat(watch.takeSizes()).containsExactly(100);
    assertThat(rows()).isEmpty();
  }

  @Test
  void rejectsDifferentConsistencyLevels() {
    List<Operation> operations =
        List.of(
            Operation.of(insert.bind(test, 1, 1, 1)),
            Operation.of(
                insert.bind(test, 1, 2, 2).setConsistencyLevel(DefaultConsistencyLevel.QUORUM)));
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      assertThatThrownBy(() -> writer.execute(operations, BatchType.UNLOGGED))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("the same consistency levels");
    }
    assertThat(watch.take()).isEmpty();
  }

  /** The batch has the consistency level of its statements. */
  @Test
  void unitHasConsistencyOfItsStatements() throws Exception {
    List<Operation> operations = new ArrayList<>();
    for (int p = 0; p < 3; p++) {
      operations.add(
          Operation.of(
              insert.bind(test, p, p, p).setConsistencyLevel(DefaultConsistencyLevel.EACH_QUORUM)));
    }
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      writer.execute(operations, BatchType.LOGGED);
      writer.execute(spread(2), BatchType.LOGGED);
    }
    assertThat(watch.take().stream().map(Statement::getConsistencyLevel))
        .containsExactly(DefaultConsistencyLevel.EACH_QUORUM, DefaultConsistencyLevel.LOCAL_QUORUM);
  }

  @Test
  void rejectsCountersWithOtherWrites() throws Exception {
    Operation addition = Operation.of(add.bind(5L, 1));
    Operation plain = Operation.of(insert.bind(test, 1, 1, 1));
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      for (BatchType type : List.of(BatchType.UNLOGGED, BatchType.LOGGED, BatchType.COUNTER)) {
        assertThatThrownBy(() -> writer.execute(List.of(addition, plain), type))
            .isInstanceOf(UnsuitableBatchException.class)
            .hasMessageContaining("Counter updates cannot share a batch with other writes: 1 of 2");
      }
      assertThatThrownBy(() -> writer.execute(List.of(addition, addition), BatchType.LOGGED))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("Counter updates cannot be LOGGED");
      assertThatThrownBy(() -> writer.execute(List.of(plain, plain), BatchType.COUNTER))
          .isInstanceOf(UnsuitableBatchException.class)
          .hasMessageContaining("counter updates only");
      assertThat(watch.take()).isEmpty();

      for (BatchType type : List.of(BatchType.UNLOGGED, BatchType.COUNTER)) {
        assertThat(writer.execute(List.of(addition, addition), type).type())
            .contains(BatchType.COUNTER);
      }
    }
    assertThat(watch.takeSizes()).containsExactly(2, 2);
    Row row = Objects.requireNonNull(session.execute(counter.bind(1)).one());
    assertThat(row.getLong("n")).isEqualTo(20);
  }

  private static BatchType type(String name) {
    return name.equals("LOGGED") ? BatchType.LOGGED : BatchType.UNLOGGED;
  }

  /** Operations on this many partitions, each with its number as value. */
  private List<Operation> spread(int operations) {
    return IntStream.range(0, operations)
        .<Operation>mapToObj(i -> Operation.of(insert.bind(test, i, i, i)))
        .toList();
  }

  private static Set<Integer> numbers(int below) {
    Set<Integer> numbers = new TreeSet<>();
    IntStream.range(0, below).forEach(numbers::add);
    return numbers;
  }

  /** The values written by this test. */
  private Set<Integer> rows() {
    Set<Integer> values = new TreeSet<>();
    for (Row row : session.execute("SELECT test, v FROM " + keyspace + ".t")) {
      if (row.getInt("test") == test) {
        values.add(row.getInt("v"));
      }
    }
    return values;
  }
}
