package io.ringhaul.scylla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.protocol.internal.ProtocolConstants.ErrorCode;
import com.datastax.oss.protocol.internal.response.Error;
import io.ringhaul.OperationPlan;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.TableRow;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.internal.ring.Murmur3;
import io.ringhaul.it.RawTables;
import io.ringhaul.scylla.ProxyRequest.Kind;
import io.ringhaul.scylla.ScyllaProxy.Routing;
import io.ringhaul.scylla.Tablet.Replica;
import io.ringhaul.seeds.Seeds;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Operations on tables whose tablets have other borders and replicas than the virtual nodes. */
@ClusterTest
@Topology
@TestInstance(Lifecycle.PER_CLASS)
class TabletsIT {

  private static final int ROWS = 2_000;
  private static final ByteBuffer KEY = ByteBuffer.allocate(Integer.BYTES);

  private final ScyllaProxy proxy = ScyllaProxy.open();
  private final CqlSession session = proxy.newSession();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);
  private volatile List<Tablet> tablets = List.of();

  @TempDir private Path folder;

  @BeforeAll
  void writeRows() {
    for (String table : List.of("t", "copy", "vnodes")) {
      TestCluster.define(
          "CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, v text)");
      AsyncWrites.writeRows(
          TestCluster.session(),
          "INSERT INTO " + keyspace + "." + table + " (id, v) VALUES (?, ?)",
          table.equals("copy") ? 0 : ROWS,
          id -> new Object[] {id, "v" + id});
    }
    session.refreshSchema();
  }

  @AfterAll
  void close() {
    operator.close();
    session.close();
    proxy.close();
  }

  @AfterEach
  void heal() {
    proxy.heal();
    proxy.keepTabletRows();
    proxy.routing(Routing.NEGOTIATED);
    proxy.emptyPages(keyspace, "t", 0);
    proxy.forget();
  }

  @Test
  void scansAskReplicasOfTabletsForRangesWithinThem() {
    Seeds.each(
        5,
        random -> {
          place("t", random(random, 1 + random.nextInt(40)));
          assertThat(operator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS);
          assertRangesAskReplicas();
          assertThat(export(folder.resolve("scan" + random.nextLong()))).isEqualTo(ROWS);
          assertRangesAskReplicas();
        });
  }

  private void assertRangesAskReplicas() {
    List<ProxyRequest> scans =
        proxy.requests(keyspace, "t").stream()
            .filter(request -> request.kind() == Kind.EXECUTE)
            .filter(request -> request.text().contains("token("))
            .toList();
    assertThat(scans).isNotEmpty();
    for (ProxyRequest scan : scans) {
      assertThat(scan.bypassesCache()).isTrue();
      assertThat(scan.timeout()).endsWith("ms");
      boolean hasStart = scan.text().contains("> ?");
      boolean hasEnd = scan.text().contains("<= ?");
      long start = hasStart ? token(scan, 0) : Long.MIN_VALUE;
      long end = hasEnd ? token(scan, hasStart ? 1 : 0) : Long.MAX_VALUE;
      Tablet tablet = holder(end);
      assertThat(hosts(tablet)).as("%s to %s", start, end).contains(scan.node());
      assertThat(holder(start + 1)).isEqualTo(tablet);
    }
    proxy.forget();
  }

  @Test
  void writesGoToReplicasOfTablets() {
    place("t", random(new Random(3), 12));
    place("copy", tablets);
    Path exported = folder.resolve("written");
    export(exported);
    proxy.forget();
    operator.importInto(keyspace, "copy").from(CsvSource.at(exported)).execute();
    List<ProxyRequest> writes =
        proxy.requests(keyspace, "copy").stream()
            .filter(request -> request.kind() != Kind.QUERY)
            .filter(request -> request.text().startsWith("INSERT"))
            .toList();
    assertThat(writes).hasSize(ROWS);
    for (ProxyRequest write : writes) {
      ByteBuffer id = write.values().get(0);
      assertThat(hosts(holder(Murmur3.token(id.duplicate())))).contains(write.node());
    }
    RawTables.assertSame(TestCluster.session(), keyspace, "t", "copy", ROWS, 0);
  }

  @Test
  void exportsAreExactWhileTabletsSplitMergeAndMove() {
    Seeds.each(
        Integer.getInteger("ringhaul.tablet.exports", 5),
        random -> {
          place("t", random(random, 1 + random.nextInt(30)));
          proxy.routing(Routing.ALWAYS);
          Thread changes =
              new Thread(
                  () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                      place("t", random(random, 1 + random.nextInt(30)));
                      sleep(30);
                    }
                  });
          changes.start();
          try {
            assertThat(export(folder.resolve("changing" + random.nextLong()))).isEqualTo(ROWS);
          } finally {
            changes.interrupt();
            join(changes);
          }
        });
  }

  @Test
  void emptyPagesDoNotEndARange() {
    place("t", random(new Random(5), 9));
    proxy.emptyPages(keyspace, "t", 1);
    assertThat(operator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS);
    assertThat(export(folder.resolve("empty"))).isEqualTo(ROWS);
  }

  @Test
  void otherNodesAnswerForReplicasThatAreDown() {
    UUID down = proxy.nodes().get(2);
    place("t", Tablet.evenly(12, proxy.nodes(), 2, 2));
    proxy.stop(down);
    try {
      assertThat(operator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS);
    } finally {
      proxy.start(down);
    }
  }

  @Test
  void plansOnTabletsShowTheirReplicas() {
    place("t", Tablet.evenly(6, proxy.nodes(), 1, 2));
    OperationPlan plan =
        operator.export(keyspace, "t").to(CsvTarget.folder(folder.resolve("none"))).plan();
    assertThat(plan.tasks()).allSatisfy(task -> assertThat(task.replicas()).hasSize(1));
  }

  @Test
  void sizesAreThoseOfTheLargestReplicas() {
    List<UUID> nodes = proxy.nodes();
    place("copy", Tablet.evenly(2, nodes, 2, 2));
    assertThat(operator.count(keyspace, "copy").plan().estimatedBytes()).isZero();
    long first = tablets.get(0).lastToken();
    proxy.tabletSizes(
        keyspace, "copy", first, Map.of(nodes.get(0), 3L << 30, nodes.get(1), 1L << 30));
    proxy.tabletSizes(keyspace, "copy", Long.MAX_VALUE, Map.of(nodes.get(2), 1L << 30));
    OperationPlan plan =
        operator.export(keyspace, "copy").to(CsvTarget.folder(folder.resolve("none"))).plan();
    assertThat(plan.estimatedBytes()).isEqualTo(4L << 30);
    assertThat(plan.tasks()).hasSizeGreaterThan(16);
  }

  @Test
  void exportReportsTruncation() {
    place("t", Tablet.evenly(6, proxy.nodes(), 1, 2));
    proxy.truncated(keyspace, "t", Instant.EPOCH.plusSeconds(1));
    RecordingSession truncating =
        new RecordingSession(
            session,
            statement -> {
              if (statement instanceof BoundStatement) {
                proxy.truncated(keyspace, "t", Instant.EPOCH.plusSeconds(2));
              }
            });
    try (TokenAwareBulkOperator truncated = TokenAwareBulkOperator.over(truncating.session())) {
      CsvTarget target = CsvTarget.folder(folder.resolve("truncated"));
      assertThatThrownBy(() -> truncated.export(keyspace, "t").to(target).execute())
          .isInstanceOf(JobException.class)
          .hasMessageContaining(
              "truncated while it was exported: last truncation was \"1970-01-01T00:00:01Z\" and"
                  + " is \"1970-01-01T00:00:02Z\"");
    }
  }

  @Test
  void refusedTransactionsHaveTheReasonOfTheServer() throws InterruptedException {
    String reason = "LWT is not yet supported with tablets";
    proxy.fail(
        request -> request.text().contains("IF NOT EXISTS"), new Error(ErrorCode.INVALID, reason));
    try (BatchWriter writer = BatchWriter.over(session)) {
      TableRow row = TableRow.of(keyspace, "t").with("id", 1).with("v", "w");
      assertThatThrownBy(() -> writer.bulkInsertWithPaxos(List.of(row)))
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining(keyspace + ".t")
          .hasMessageContaining(reason);
    }
  }

  @Test
  void requestsInFlightFollowTheShards() {
    proxy.shardsInTopology(60);
    try {
      assertThat(operator.count(keyspace, "vnodes").plan().parallelism())
          .isEqualTo(60 * proxy.nodes().size());
    } finally {
      proxy.shardsInTopology(2);
    }
  }

  @Test
  void tablesOnVnodesStayWithTheDriver() {
    assertThat(operator.count(keyspace, "vnodes").execute().rows()).isEqualTo(ROWS);
    assertThat(operator.count(keyspace, "vnodes").readThroughCache().execute().rows())
        .isEqualTo(ROWS);
    assertThat(
            proxy.requests(keyspace, "vnodes").stream()
                .filter(request -> request.kind() == Kind.EXECUTE)
                .map(ProxyRequest::bypassesCache)
                .distinct())
        .containsExactlyInAnyOrder(true, false);
  }

  @Test
  void tabletsThatAreNeverCompleteAreRefused() {
    proxy.tablets(keyspace, "t", Tablet.evenly(4, proxy.nodes(), 1, 2), Map.of("tablet_count", 8));
    assertThatThrownBy(() -> operator.count(keyspace, "t").execute())
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessageContaining("The tablets of " + keyspace + ".t are not complete")
        .hasMessageContaining("4 of 8 tablets are listed");
  }

  @Test
  void keyspacesWithRackListsWork() {
    place("t", Tablet.evenly(6, proxy.nodes(), 1, 2));
    String other = TestCluster.newKeyspace(1);
    String datacenter = TestCluster.get().localDatacenter();
    proxy.replication(
        other,
        Map.of(
            "class",
            "org.apache.cassandra.locator.NetworkTopologyStrategy",
            datacenter + ":0",
            "rack1",
            datacenter,
            "['rack1']"));
    try (CqlSession blind = proxy.newSession();
        TokenAwareBulkOperator blindOperator = TokenAwareBulkOperator.over(blind)) {
      // The driver knows no replicas of any keyspace.
      assertThat(
              blind
                  .getMetadata()
                  .getTokenMap()
                  .map(map -> map.getReplicas(CqlIdentifier.fromCql(keyspace), KEY))
                  .orElse(Set.of()))
          .isEmpty();
      assertThat(blindOperator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS);
      assertThat(blindOperator.count(keyspace, "vnodes").execute().rows()).isEqualTo(ROWS);
    } finally {
      proxy.keepReplication(other);
    }
  }

  @Test
  void sessionsWithoutTokenMapAskReplicas() {
    place("t", random(new Random(8), 10));
    try (CqlSession blind =
            proxy.newSession(
                config -> config.withBoolean(DefaultDriverOption.METADATA_TOKEN_MAP_ENABLED, false),
                builder -> builder);
        TokenAwareBulkOperator blindOperator = TokenAwareBulkOperator.over(blind)) {
      proxy.forget();
      assertThat(blindOperator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS);
      assertRangesAskReplicas();
      Path exported = folder.resolve("blind");
      assertThat(
              blindOperator
                  .export(keyspace, "vnodes")
                  .to(CsvTarget.folder(exported))
                  .execute()
                  .rows())
          .isEqualTo(ROWS);
    }
  }

  private long export(Path target) {
    return operator.export(keyspace, "t").to(CsvTarget.folder(target)).execute().rows();
  }

  private void place(String table, List<Tablet> placed) {
    tablets = placed;
    proxy.tablets(keyspace, table, placed);
  }

  /** Tablets with random borders on random nodes; the last one may wrap. */
  private List<Tablet> random(Random random, int count) {
    TreeSet<Long> ends = new TreeSet<>();
    while (ends.size() < count) {
      ends.add(random.nextLong());
    }
    if (random.nextBoolean()) {
      ends.pollLast();
      ends.add(Long.MAX_VALUE);
    }
    List<Tablet> placed = new ArrayList<>();
    for (long end : ends) {
      List<UUID> nodes = new ArrayList<>(proxy.nodes());
      nodes.sort(Comparator.comparing(node -> random.nextInt()));
      placed.add(
          new Tablet(
              end,
              nodes.subList(0, 1 + random.nextInt(2)).stream()
                  .map(node -> new Replica(node, 0))
                  .toList()));
    }
    return placed;
  }

  private Tablet holder(long token) {
    List<Tablet> all = tablets;
    return all.stream()
        .filter(tablet -> tablet.lastToken() >= token)
        .findFirst()
        .orElse(all.get(0));
  }

  private static List<UUID> hosts(Tablet tablet) {
    return Objects.requireNonNull(tablet.replicas()).stream().map(Replica::host).toList();
  }

  private static long token(ProxyRequest scan, int value) {
    ByteBuffer bytes = scan.values().get(value);
    return bytes.getLong(bytes.position());
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
