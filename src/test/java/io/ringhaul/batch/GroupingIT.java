package io.ringhaul.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.RecordingSession.Acknowledged;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.internal.batch.BatchAttributes;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.batch.Placement;
import io.ringhaul.internal.batch.RingLocation;
import io.ringhaul.internal.batch.ServerBatchLimits;
import io.ringhaul.internal.cql.WriteKind;
import io.ringhaul.internal.ring.TableRings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * Tests on three real nodes which statements share a batch, and to which node it is sent. Each test
 * has a table of its own; all tables are created together.
 */
@ClusterTest
@Topology
@TestInstance(Lifecycle.PER_CLASS)
class GroupingIT {

  private static final Pattern SIZE = Pattern.compile("^Batch for .* is of size (\\d+), ");
  private static final int ROWS = 2000;
  private static final int ROW_BYTES = 300;

  /** A partition and a row (62), its key (4), a cell (20). */
  private static final int COUNTED = 62 + 4 + 20 + ROW_BYTES;

  private final CqlSession session = TestCluster.session();
  private String one = "";
  private String two = "";

  @BeforeAll
  void createTables() {
    one = TestCluster.newKeyspace(1);
    two = TestCluster.newKeyspace(2);
    TestCluster.define(
        Stream.of(
                one + ".sets",
                two + ".sets",
                one + ".none",
                one + ".part",
                one + ".larger",
                one + ".largest",
                one + ".age",
                one + ".blind")
            .map(table -> "CREATE TABLE " + table + " (p int, c int, v blob, PRIMARY KEY (p, c))")
            .toList());
  }

  @Test
  void replicaSetBatchesGoToReplica() throws InterruptedException {
    PreparedStatement insert = insert(session, one + ".sets");
    List<Acknowledged> sent = write(insert, writer -> writer.grouping(Grouping.REPLICA_SET));
    Set<Node> coordinators = new HashSet<>();
    for (Acknowledged each : sent) {
      assertThat(replicaSets(each)).containsExactly(Set.of(each.coordinator()));
      coordinators.add(each.coordinator());
    }
    assertThat(coordinators).hasSize(TestCluster.get().nodes());
    requireNoSizes(sent);
    requireFull(sent, 10);
  }

  @Test
  void orderOfReplicasDoesNotMatter() throws InterruptedException {
    PreparedStatement insert = insert(session, two + ".sets");
    List<Acknowledged> sent = write(insert, writer -> writer.grouping(Grouping.REPLICA_SET));
    Set<Set<Node>> sets = new HashSet<>();
    for (Acknowledged each : sent) {
      assertThat(replicaSets(each)).hasSize(1);
      Set<Node> replicas = replicaSets(each).iterator().next();
      assertThat(replicas).contains(each.coordinator());
      sets.add(replicas);
    }
    assertThat(sets).hasSize(TestCluster.get().nodes() == 1 ? 1 : 3);
    requireFull(sent, 10);
    requireNoSizes(sent);
  }

  @Test
  void withoutGroupingBatchesFollowInsertionOrder() throws InterruptedException {
    PreparedStatement insert = insert(session, one + ".none");
    List<Acknowledged> sent = write(insert, writer -> writer.grouping(Grouping.NONE));
    assertThat(sent).hasSize((ROWS + 12) / 13);
    for (Acknowledged each : sent) {
      List<Integer> keys = keys(each);
      int first = keys.get(0);
      assertThat(keys)
          .isEqualTo(IntStream.range(first, Math.min(ROWS, first + 13)).boxed().toList());
    }
    assertThat(sent.stream().filter(each -> replicaSets(each).size() > 1).count())
        .isGreaterThan(sent.size() / 2);
    requireNoSizes(sent);
  }

  @Test
  void partitionGroupingMixesNoPartitions() throws InterruptedException {
    PreparedStatement insert = insert(session, one + ".part");
    RecordingSession requests = new RecordingSession(session);
    try (BatchWriter writer =
        BatchWriter.builder(requests.session())
            .grouping(Grouping.PARTITION)
            .maxAge(Duration.ZERO)
            .build()) {
      for (int i = 0; i < ROWS; i++) {
        writer.add(insert.bind(i % 40, i, ByteBuffer.allocate(ROW_BYTES)));
      }
    }
    // 50 rows of 308 bytes are far beyond the thresholds, which do not apply.
    assertThat(requests.acknowledged()).hasSize(40);
    for (Acknowledged each : requests.acknowledged()) {
      assertThat(each.statements()).hasSize(50);
      assertThat(new HashSet<>(keys(each))).hasSize(1);
      assertThat(each.warnings()).isEmpty();
      assertThat(replicaSets(each)).containsExactly(Set.of(each.coordinator()));
    }
  }

  @Test
  void largerBatchesStayBelowFailThreshold() throws InterruptedException {
    ServerBatchLimits server = ServerBatchLimits.read(session);
    List<Acknowledged> larger =
        write(
            insert(session, one + ".larger"),
            writer ->
                writer
                    .grouping(Grouping.REPLICA_SET)
                    .maxSharedPartitions(100)
                    .maxSharedBytes(4 * 5120));
    requireFull(larger, 4 * 5120 / COUNTED);
    assertThat(sizes(larger))
        .isNotEmpty()
        .allSatisfy(size -> assertThat(size).isLessThanOrEqualTo(20480));

    List<Acknowledged> largest =
        write(
            insert(session, one + ".largest"),
            writer ->
                writer
                    .grouping(Grouping.NONE)
                    .limits(new BatchLimits(10_000, 100 << 20, 10_000))
                    .maxSharedBytes(100 << 20));
    assertThat(largest).hasSize(ROWS / (51200 / COUNTED) + 1);
    assertThat(sizes(largest))
        .allSatisfy(size -> assertThat(size).isLessThanOrEqualTo((int) server.failBytes()));
    assertThat(sizes(largest).stream().filter(size -> size > 0.9 * server.failBytes()).count())
        .isEqualTo(largest.size() - 1);
  }

  @Test
  void sendsSingleStatementByAge() throws Exception {
    PreparedStatement insert = insert(session, one + ".age");
    for (Grouping grouping : Grouping.values()) {
      CompletableFuture<Long> written = new CompletableFuture<>();
      try (BatchWriter writer =
          BatchWriter.builder(session).grouping(grouping).maxAge(Duration.ofMillis(400)).build()) {
        long added = System.nanoTime();
        writer.add(
            List.of(insert.bind(1, 1, ByteBuffer.allocate(3))),
            new WriteOutcome() {
              @Override
              public void written(long bytes) {
                written.complete(System.nanoTime());
              }

              @Override
              public BulkOperationException rejected(RowRejectedException failure) {
                return failure;
              }
            });
        assertThat(Duration.ofNanos(written.get(20, TimeUnit.SECONDS) - added))
            .isGreaterThanOrEqualTo(Duration.ofMillis(400));
        assertThat(writer.metrics().queued()).isZero();
      }
    }
  }

  @Test
  void locationIgnoresOrderOfReplicas() {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".t (p int, c int, v blob, PRIMARY KEY (p, c))");
    PreparedStatement insert = insert(session, keyspace + ".t");
    Placement placement = placement(session, Grouping.REPLICA_SET);
    Placement other = placement(session, Grouping.REPLICA_SET);
    for (int p = 0; p < 500; p++) {
      BatchableStatement<?> statement = insert.bind(p, 0, ByteBuffer.allocate(0));
      assertThat(replicas(placement, statement)).isEqualTo(location(keyspace, statement));
      assertThat(replicas(other, statement)).isEqualTo(replicas(placement, statement));
      assertThat(replicas(placement, statement)).isSameAs(replicas(placement, statement));
    }
    TestCluster.define(
        String.format(
            "ALTER KEYSPACE %s WITH replication = {'class': 'NetworkTopologyStrategy', '%s': %d}",
            keyspace, TestCluster.get().localDatacenter(), Math.min(2, TestCluster.get().nodes())));
    for (int p = 0; p < 500; p++) {
      BatchableStatement<?> statement = insert.bind(p, 0, ByteBuffer.allocate(0));
      assertThat(replicas(placement, statement)).isEqualTo(location(keyspace, statement));
      assertThat(((RingLocation.Replicas) replicas(placement, statement)).replicas())
          .hasSize(Math.min(2, TestCluster.get().nodes()));
    }
  }

  private static Placement placement(CqlSession over, Grouping grouping) {
    return new Placement(new TableRings(over, Optional.empty()), grouping);
  }

  private static RingLocation replicas(Placement placement, BatchableStatement<?> statement) {
    BatchKey partition = batchKey(placement.of(statement), WriteKind.REPEATABLE);
    return Objects.requireNonNull(placement.shared(partition, statement)).location();
  }

  private static BatchKey batchKey(RingLocation location, WriteKind kind) {
    return new BatchKey(location, kind, BatchAttributes.of(SimpleStatement.newInstance("INSERT")));
  }

  @Test
  void sendsStatementWithoutRoutingKeyAlone() {
    Placement placement = placement(session, Grouping.REPLICA_SET);
    assertThat(placement.of(SimpleStatement.newInstance("INSERT")))
        .isInstanceOf(RingLocation.Alone.class);
    SimpleStatement routed =
        SimpleStatement.newInstance("INSERT").setRoutingKey(ByteBuffer.allocate(4));
    assertThat(placement.of(routed))
        .isEqualTo(new RingLocation.Partition(null, ByteBuffer.allocate(4)));
    // A keyspace without a ring.
    CqlIdentifier local = CqlIdentifier.fromInternal("system");
    RingLocation withoutRing = placement.of(routed.setRoutingKeyspace(local));
    assertThat(withoutRing).isEqualTo(new RingLocation.Partition(local, ByteBuffer.allocate(4)));
    assertThat(placement.shared(batchKey(withoutRing, WriteKind.REPEATABLE), routed)).isNull();
    // A failed batch of several partitions may be applied in part.
    RingLocation known =
        new RingLocation.Partition(CqlIdentifier.fromCql(one), ByteBuffer.allocate(4));
    assertThat(placement.shared(batchKey(known, WriteKind.REPEATABLE), routed)).isNotNull();
    assertThat(placement.shared(batchKey(known, WriteKind.COUNTER), routed)).isNull();
    assertThat(
            placement(session, Grouping.PARTITION)
                .shared(batchKey(known, WriteKind.REPEATABLE), routed))
        .isNull();
    // The driver cannot send named values in a batch.
    SimpleStatement named =
        SimpleStatement.newInstance("INSERT", Map.of("p", 1))
            .setRoutingKeyspace(local)
            .setRoutingKey(ByteBuffer.allocate(4));
    for (Grouping grouping : Grouping.values()) {
      assertThat(placement(session, grouping).of(named)).isInstanceOf(RingLocation.Alone.class);
    }
    assertThat(Placement.partition(named)).isInstanceOf(RingLocation.Alone.class);
  }

  @Test
  void groupsByReplicasWithoutTokenMap() {
    try (CqlSession blind =
        TestCluster.get()
            .newSession(
                config ->
                    config.withBoolean(DefaultDriverOption.METADATA_TOKEN_MAP_ENABLED, false))) {
      PreparedStatement insert = insert(session, one + ".blind");
      Placement placement = placement(blind, Grouping.REPLICA_SET);
      for (int p = 0; p < 500; p++) {
        BatchableStatement<?> statement = insert.bind(p, 0, ByteBuffer.allocate(0));
        assertThat(replicas(placement, statement)).isEqualTo(location(one, statement));
      }
    }
  }

  /** Rows of 300 bytes, each a partition of its own; checks that all are there. */
  private List<Acknowledged> write(
      PreparedStatement insert, UnaryOperator<BatchWriterBuilder> settings)
      throws InterruptedException {
    RecordingSession requests = new RecordingSession(session);
    try (BatchWriter writer =
        settings.apply(BatchWriter.builder(requests.session()).maxAge(Duration.ZERO)).build()) {
      for (int p = 0; p < ROWS; p++) {
        writer.add(insert.bind(p, p, ByteBuffer.allocate(ROW_BYTES).putInt(0, -p)));
      }
    }
    ColumnDefinition first = insert.getVariableDefinitions().get(0);
    String table = first.getKeyspace().asCql(true) + "." + first.getTable().asCql(true);
    Set<Integer> written =
        session.execute("SELECT p, c, v FROM " + table).all().stream()
            .map(GroupingIT::checkedKey)
            .collect(Collectors.toSet());
    assertThat(written).hasSize(ROWS);
    assertThat(requests.acknowledged().stream().mapToInt(each -> each.statements().size()).sum())
        .isEqualTo(ROWS);
    return requests.acknowledged();
  }

  private static int checkedKey(Row row) {
    int p = row.getInt(0);
    assertThat(row.getInt(1)).isEqualTo(p);
    ByteBuffer value = row.getByteBuffer(2);
    assertThat(value).isEqualTo(ByteBuffer.allocate(ROW_BYTES).putInt(0, -p));
    return p;
  }

  /** Checks that all batches except the last ones have this many statements. */
  private static void requireFull(List<Acknowledged> sent, int statements) {
    assertThat(sent)
        .allSatisfy(each -> assertThat(each.statements()).hasSizeLessThanOrEqualTo(statements));
    assertThat(sent.stream().filter(each -> each.statements().size() < statements).count())
        .isLessThanOrEqualTo(3);
  }

  private static void requireNoSizes(List<Acknowledged> sent) {
    assertThat(sizes(sent)).isEmpty();
  }

  /** The sizes from the server's warnings. */
  private static List<Integer> sizes(List<Acknowledged> sent) {
    return sent.stream()
        .flatMap(each -> each.warnings().stream())
        .map(SIZE::matcher)
        .filter(Matcher::find)
        .map(size -> Integer.parseInt(size.group(1)))
        .toList();
  }

  private static List<Integer> keys(Acknowledged sent) {
    return sent.statements().stream().map(each -> ((BoundStatement) each).getInt(0)).toList();
  }

  private Set<Set<Node>> replicaSets(Acknowledged sent) {
    return sent.statements().stream().map(this::replicas).collect(Collectors.toSet());
  }

  private Set<Node> replicas(BatchableStatement<?> statement) {
    TokenMap tokenMap = session.getMetadata().getTokenMap().orElseThrow();
    return Set.copyOf(
        tokenMap.getReplicas(statement.getRoutingKeyspace(), statement.getRoutingKey()));
  }

  private RingLocation location(String keyspace, BatchableStatement<?> statement) {
    List<UUID> hosts = replicas(statement).stream().map(Node::getHostId).sorted().toList();
    return new RingLocation.Replicas(CqlIdentifier.fromCql(keyspace), hosts);
  }

  private static PreparedStatement insert(CqlSession over, String table) {
    return over.prepare("INSERT INTO " + table + " (p, c, v) VALUES (?, ?, ?)");
  }
}
