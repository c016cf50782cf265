package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.servererrors.DefaultWriteType;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.OverloadedException;
import com.datastax.oss.driver.api.core.servererrors.UnavailableException;
import com.datastax.oss.driver.api.core.servererrors.WriteTimeoutException;
import com.datastax.oss.driver.api.core.servererrors.WriteType;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BatchFailedException.Outcome;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the reported outcome of unacknowledged operations. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnitOutcomeIT {

  private static final int ATTEMPTS = 3;

  private final CqlSession session = TestCluster.session();
  private String table = "";
  private PreparedStatement append;
  private PreparedStatement appendToTwo;
  private PreparedStatement insert;
  private PreparedStatement select;
  private int key;

  @BeforeAll
  void createTable() {
    table = TestCluster.newKeyspace(2) + ".t";
    TestCluster.define("CREATE TABLE " + table + " (p int PRIMARY KEY, l list<int>)");
    append = session.prepare("UPDATE " + table + " SET l = l + [1] WHERE p = ?");
    appendToTwo = session.prepare("UPDATE " + table + " SET l = l + [1] WHERE p IN (?, ?)");
    insert = session.prepare("INSERT INTO " + table + " (p, l) VALUES (?, ?) IF NOT EXISTS");
    select = session.prepare("SELECT l FROM " + table + " WHERE p = ?");
  }

  /** A response that the session returns instead of the response of the cluster. */
  private interface Mishap {

    Throwable on(Node node);

    /** Whether the cluster receives the request. */
    default boolean isLate() {
      return false;
    }
  }

  private record Late(Mishap mishap) implements Mishap {
    @Override
    public Throwable on(Node node) {
      return mishap.on(node);
    }

    @Override
    public boolean isLate() {
      return true;
    }
  }

  private static final Mishap UNAVAILABLE =
      node -> new UnavailableException(node, DefaultConsistencyLevel.LOCAL_QUORUM, 2, 1);

  private static final Mishap LOST = new Late(node -> new DriverTimeoutException("lost"));

  private static final Mishap OVERLOADED = new Late(OverloadedException::new);

  private static final Mishap INVALID = node -> new InvalidQueryException(node, "a bad value");

  private static Mishap timeout(WriteType phase) {
    return new Late(
        node -> new WriteTimeoutException(node, DefaultConsistencyLevel.LOCAL_QUORUM, 1, 2, phase));
  }

  private static Stream<Arguments> failures() {
    Mishap ofLog = timeout(DefaultWriteType.BATCH_LOG);
    Mishap ofWrites = timeout(DefaultWriteType.BATCH);
    Mishap simple = timeout(DefaultWriteType.UNLOGGED_BATCH);
    return Stream.of(
        // Not idempotent: sent again only if certainly not applied.
        once("LOGGED", Outcome.UNKNOWN, ofLog),
        once("LOGGED", Outcome.WILL_BE_APPLIED, ofWrites),
        once("LOGGED", Outcome.UNKNOWN, LOST),
        once("LOGGED", Outcome.UNKNOWN, OVERLOADED),
        once("LOGGED", Outcome.NOT_APPLIED, INVALID),
        once("LOGGED", Outcome.NOT_APPLIED, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE),
        once("LOGGED", Outcome.WILL_BE_APPLIED, UNAVAILABLE, ofWrites),
        once("LOGGED", Outcome.UNKNOWN, UNAVAILABLE, UNAVAILABLE, LOST),
        // One of several partitions may have been written before replicas of another are found
        // missing.
        once("UNLOGGED", Outcome.UNKNOWN, UNAVAILABLE),
        once("UNLOGGED", Outcome.UNKNOWN, simple),
        once("UNLOGGED", Outcome.NOT_APPLIED, INVALID),
        // Idempotent: an earlier attempt may have been applied.
        again("LOGGED", Outcome.NOT_APPLIED, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE),
        again("LOGGED", Outcome.UNKNOWN, LOST, UNAVAILABLE, UNAVAILABLE),
        again("LOGGED", Outcome.UNKNOWN, UNAVAILABLE, ofLog, UNAVAILABLE),
        again("LOGGED", Outcome.UNKNOWN, LOST, INVALID),
        again("LOGGED", Outcome.WILL_BE_APPLIED, UNAVAILABLE, UNAVAILABLE, ofWrites),
        again("LOGGED", Outcome.WILL_BE_APPLIED, ofWrites, UNAVAILABLE, UNAVAILABLE),
        again("LOGGED", Outcome.WILL_BE_APPLIED, ofWrites, LOST, UNAVAILABLE),
        again("UNLOGGED", Outcome.UNKNOWN, simple, simple, simple),
        again("UNLOGGED", Outcome.UNKNOWN, UNAVAILABLE, simple, INVALID));
  }

  private static Arguments once(String type, Outcome outcome, Mishap... mishaps) {
    return Arguments.of(type, false, outcome, List.of(mishaps));
  }

  private static Arguments again(String type, Outcome outcome, Mishap... mishaps) {
    return Arguments.of(type, true, outcome, List.of(mishaps));
  }

  /** Two partitions. The text of the failure is irrelevant. */
  @ParameterizedTest
  @MethodSource("failures")
  void reportsKnownOutcomeOnly(
      String type, boolean isIdempotent, Outcome outcome, List<Mishap> mishaps) throws Exception {
    Queue<Mishap> left = new ArrayDeque<>(mishaps);
    int first = key++;
    int second = key++;
    BatchFailedException failure;
    try (BatchWriter writer = writer(left)) {
      List<Operation> operations =
          Stream.of(first, second)
              .<Operation>map(p -> Operation.of(append.bind(p).setIdempotent(isIdempotent)))
              .toList();
      failure =
          catchThrowableOfType(
              BatchFailedException.class,
              () ->
                  writer.execute(
                      operations, type.equals("LOGGED") ? BatchType.LOGGED : BatchType.UNLOGGED));
    }
    assertThat(failure.outcome()).isEqualTo(outcome);
    assertThat(failure.operations()).containsExactly(0, 1);
    assertThat(left).isEmpty();
    long late = mishaps.stream().filter(Mishap::isLate).count();
    assertThat(appended(first)).isEqualTo(late);
    assertThat(appended(second)).isEqualTo(late);
    if (outcome == Outcome.NOT_APPLIED) {
      assertThat(late).isZero();
    }
  }

  /**
   * Two replicas decide, and then a third is missing for the commit; the next serial read completes
   * the decided write.
   */
  @Test
  void decidedConditionSurvivesMissingCommitReplica() throws Exception {
    Operation operation =
        Operation.of(
            insert.bind(-1, List.of(1)).setConsistencyLevel(DefaultConsistencyLevel.THREE));
    BatchFailedException failure;
    try (BatchWriter writer = BatchWriter.over(session)) {
      failure =
          catchThrowableOfType(
              BatchFailedException.class,
              () -> writer.execute(List.of(operation), BatchType.UNLOGGED));
      assertThat(failure.getCause()).isInstanceOf(UnavailableException.class);
      assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
      assertThat(writer.retries()).isZero();
    }
    assertThat(
            session
                .execute(select.bind(-1).setConsistencyLevel(DefaultConsistencyLevel.SERIAL))
                .all())
        .hasSize(1);
  }

  /** The driver fails before it sends anything. */
  @Test
  void valueWithoutCodecIsNotApplied() throws Exception {
    String write = "UPDATE " + table + " SET l = l + ? WHERE p = ?";
    List<Operation> operations =
        List.of(
            Operation.of(SimpleStatement.newInstance(write, List.of(1), key++)),
            Operation.of(SimpleStatement.newInstance(write, List.of(new Object()), key++)));
    try (BatchWriter writer = BatchWriter.over(session)) {
      for (BatchType type : List.of(BatchType.LOGGED, BatchType.UNLOGGED)) {
        BatchFailedException failure =
            catchThrowableOfType(
                BatchFailedException.class, () -> writer.execute(operations, type));
        assertThat(failure.getCause()).isInstanceOf(CodecNotFoundException.class);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(writer.retries()).isZero();
      }
    }
    assertThat(appended(key - 2)).isZero();
  }

  /** One partition may have been written before replicas of the other are found missing. */
  @Test
  void statementOfTwoPartitionsIsNotOneMutation() throws Exception {
    Operation operation = Operation.of(appendToTwo.bind(key, key + 1));
    key += 2;
    for (boolean isBesideRead : List.of(false, true)) {
      Queue<Mishap> left = new ArrayDeque<>(List.of(UNAVAILABLE));
      try (BatchWriter writer = writer(left)) {
        List<Operation> operations =
            isBesideRead ? List.of(operation, Operation.of(select.bind(-2))) : List.of(operation);
        if (isBesideRead) {
          left.addAll(List.of(INVALID));
        }
        BatchFailedException failure =
            catchThrowableOfType(
                BatchFailedException.class, () -> writer.execute(operations, BatchType.UNLOGGED));
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(left).isEmpty();
        assertThat(writer.retries()).isZero();
      }
    }
    Queue<Mishap> left = new ArrayDeque<>(List.of(UNAVAILABLE));
    BatchWriter writer = writer(left);
    writer.add(appendToTwo.bind(key, key + 1));
    key += 2;
    assertThatThrownBy(writer::flush).isInstanceOf(UnknownWriteOutcomeException.class);
    assertThat(left).isEmpty();
    writer.close();
  }

  /** Sent alone, but in a logged batch. */
  @Test
  void statementOfTwoPartitionsIsLoggedOnRequest() throws Exception {
    RecordingSession watch = new RecordingSession(session);
    int first = key++;
    int second = key++;
    try (BatchWriter writer = BatchWriter.over(watch.session())) {
      BatchResult result =
          writer.execute(List.of(Operation.of(appendToTwo.bind(first, second))), BatchType.LOGGED);
      assertThat(result.type()).contains(BatchType.LOGGED);
      assertThat(watch.take())
          .singleElement()
          .isInstanceOfSatisfying(
              BatchStatement.class,
              batch -> assertThat(batch.getBatchType()).isEqualTo(BatchType.LOGGED));
      assertThat(writer.metrics().logged()).isEqualTo(1);
      assertThat(writer.metrics().singlePartition()).isZero();
    }
    assertThat(appended(first)).isEqualTo(1);
    assertThat(appended(second)).isEqualTo(1);
    Queue<Mishap> left = new ArrayDeque<>(List.of(UNAVAILABLE, UNAVAILABLE, UNAVAILABLE));
    try (BatchWriter writer = writer(left)) {
      BatchFailedException failure =
          catchThrowableOfType(
              BatchFailedException.class,
              () ->
                  writer.execute(
                      List.of(Operation.of(appendToTwo.bind(first, second))), BatchType.LOGGED));
      assertThat(failure.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    }
    assertThat(left).isEmpty();
  }

  private int appended(int p) {
    Row row = session.execute(select.bind(p)).one();
    return row == null ? 0 : Objects.requireNonNull(row.getList(0, Integer.class)).size();
  }

  private BatchWriter writer(Queue<Mishap> mishaps) {
    return BatchWriter.builder(meeting(mishaps))
        .parallelism(8)
        .requestTimeout(Duration.ofSeconds(20))
        .maxAttempts(ATTEMPTS)
        .build();
  }

  private CqlSession meeting(Queue<Mishap> mishaps) {
    Node node = session.getMetadata().getNodes().values().iterator().next();
    return RecordingSession.answering(
            session,
            (statement, send) -> {
              Mishap mishap = mishaps.remove();
              CompletionStage<?> answer =
                  mishap.isLate() ? send.apply(statement) : CompletableFuture.completedFuture(null);
              return answer.thenCompose(lost -> CompletableFuture.failedFuture(mishap.on(node)));
            })
        .session();
  }

  /** The first partition is written before replicas of the second are found missing. */
  @Test
  void doesNotRepeatPartlyAppliedBatch() throws Exception {
    // The server chooses the order.
    List<String> whole = List.of(counters(), counters(), counters(), counters());
    String lacking = lackingReplicas(counters());
    for (int i = 0; i < 3; i++) {
      List<Operation> operations = new ArrayList<>();
      for (String keyspace : whole) {
        operations.add(plusOne(keyspace, i));
      }
      operations.add(plusOne(lacking, i));
      try (BatchWriter writer = allWriter()) {
        BatchFailedException failure =
            catchThrowableOfType(
                BatchFailedException.class, () -> writer.execute(operations, BatchType.COUNTER));
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(writer.retries()).isZero();
      }
    }
    Thread.sleep(300);
    for (String keyspace : whole) {
      assertThat(session.execute("SELECT n FROM " + keyspace + ".n").all())
          .allMatch(row -> row.getLong(0) == 1);
    }
  }

  /**
   * The first node decides but lacks replicas for the commit. A serial read completes the write, so
   * that an attempt on a second node would find the row.
   */
  @Test
  void doesNotMistakeOwnWriteForAnother() throws Exception {
    String keyspace = lackingReplicas(TestCluster.newKeyspace(1));
    TestCluster.define("CREATE TABLE " + keyspace + ".t (p int PRIMARY KEY, v int)");
    PreparedStatement read = session.prepare("SELECT v FROM " + keyspace + ".t WHERE p = ?");
    AtomicInteger current = new AtomicInteger();
    List<CompletableFuture<Void>> readers =
        Stream.generate(() -> CompletableFuture.runAsync(() -> readSerially(read, current)))
            .limit(2)
            .toList();
    try (BatchWriter writer = allWriter()) {
      for (int i = 0; i < 100; i++) {
        current.set(i);
        TableRow row = TableRow.of(keyspace, "t").with("p", i).with("v", i);
        List<Operation> operations = List.of(Operation.insert(row).ifNotExists());
        BatchFailedException failure =
            catchThrowableOfType(
                BatchFailedException.class, () -> writer.execute(operations, BatchType.UNLOGGED));
        assertThat(failure).isNotNull();
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
      }
    } finally {
      current.set(-1);
    }
    readers.forEach(CompletableFuture::join);
  }

  private void readSerially(PreparedStatement read, AtomicInteger current) {
    for (int p = current.get(); p >= 0; p = current.get()) {
      try {
        session.execute(read.bind(p).setConsistencyLevel(DefaultConsistencyLevel.SERIAL));
      } catch (DriverException contended) {
        // A competing Paxos round won; retry.
      }
    }
  }

  /** Enough replicas for a quorum, but never all. */
  private String lackingReplicas(String keyspace) {
    Collection<Node> nodes = session.getMetadata().getNodes().values();
    TestCluster.define(
        String.format(
            "ALTER KEYSPACE %s WITH replication = {'class': 'NetworkTopologyStrategy', '%s': %d}",
            keyspace, nodes.iterator().next().getDatacenter(), 2 * nodes.size() - 1));
    return keyspace;
  }

  private static String counters() {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".n (p int PRIMARY KEY, n counter)");
    return keyspace;
  }

  private static Operation plusOne(String keyspace, int partition) {
    return Operation.update(TableRow.of(keyspace, "n").with("p", partition).with("n", 1L));
  }

  private BatchWriter allWriter() {
    return BatchWriter.builder(session).consistency(DefaultConsistencyLevel.ALL).build();
  }
}
