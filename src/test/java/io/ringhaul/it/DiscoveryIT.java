package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.internal.ring.ReplicatedRange;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.schema.TokenRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The discovered ring matches the system tables of every node. */
@ClusterTest
@Topology
class DiscoveryIT {

  private static final int ROWS = 1_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void ringMatchesSystemTables(int replicationFactor) {
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(replicationFactor);
    int replicas = Math.min(replicationFactor, TestCluster.get().nodes());
    NavigableMap<Long, UUID> owners = owners(session);

    TokenRing ring =
        RingSource.of(session, CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql("t"))
            .read(TestCluster.get().localDatacenter());

    Map<TokenRange, List<UUID>> discovered = new HashMap<>();
    for (ReplicatedRange range : ring.ranges()) {
      assertThat(discovered.put(range.range(), range.replicas())).isNull();
    }
    assertThat(discovered).isEqualTo(expected(owners, replicas));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'class': 'NetworkTopologyStrategy', '%s': 1}",
        "{'class': 'NetworkTopologyStrategy', '%s': 2}",
        "{'class': 'NetworkTopologyStrategy', '%s': 3}",
        "{'class': 'SimpleStrategy', 'replication_factor': 2}"
      })
  void ringOfSystemTablesEqualsTheDrivers(String replication) {
    CqlIdentifier keyspace = CqlIdentifier.fromCql(TestCluster.newKeyspace(1));
    TestCluster.define(
        String.format(
            "ALTER KEYSPACE %s WITH replication = " + replication,
            keyspace.asCql(true),
            TestCluster.get().localDatacenter()));
    CqlIdentifier table = CqlIdentifier.fromCql("t");
    try (CqlSession blind = withoutTokenMap()) {
      assertThat(RingSource.of(blind, keyspace, table).read(null).ranges())
          .isEqualTo(RingSource.of(TestCluster.session(), keyspace, table).read(null).ranges());
    }
  }

  @Test
  void operationsNeedNoTokenMap(@TempDir Path folder) {
    String keyspace = TestCluster.newKeyspace(2);
    for (String table : List.of("t", "copy")) {
      TestCluster.define(
          "CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, v text)");
    }
    AsyncWrites.writeRows(
        TestCluster.session(),
        "INSERT INTO " + keyspace + ".t (id, v) VALUES (?, ?)",
        ROWS,
        id -> new Object[] {id, "v" + id});
    try (CqlSession blind = withoutTokenMap();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(blind)) {
      assertThat(operator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS);
      assertThat(operator.export(keyspace, "t").to(CsvTarget.folder(folder)).execute().rows())
          .isEqualTo(ROWS);
      assertThat(operator.importInto(keyspace, "copy").from(CsvSource.at(folder)).execute().rows())
          .isEqualTo(ROWS);
    }
    RawTables.assertSame(TestCluster.session(), keyspace, "t", "copy", ROWS, 0);
  }

  private static CqlSession withoutTokenMap() {
    return TestCluster.get()
        .newSession(
            config -> config.withBoolean(DefaultDriverOption.METADATA_TOKEN_MAP_ENABLED, false));
  }

  /** Returns the owner of each token from the local and peer tables of each node. */
  private static NavigableMap<Long, UUID> owners(CqlSession session) {
    NavigableMap<Long, UUID> local = new TreeMap<>();
    for (Node node : session.getMetadata().getNodes().values()) {
      add(session, node, "system.local", local);
    }
    assertThat(Set.copyOf(local.values())).hasSize(TestCluster.get().nodes());
    for (Node node : session.getMetadata().getNodes().values()) {
      NavigableMap<Long, UUID> told = new TreeMap<>();
      add(session, node, "system.local", told);
      add(session, node, "system.peers", told);
      assertThat(told).as("the ring in the system tables of %s", node).isEqualTo(local);
    }
    return local;
  }

  private static void add(CqlSession session, Node node, String table, Map<Long, UUID> owners) {
    SimpleStatement query =
        SimpleStatement.newInstance("SELECT host_id, tokens FROM " + table).setNode(node);
    for (Row row : session.execute(query)) {
      for (String token : row.getSet("tokens", String.class)) {
        assertThat(owners.put(Long.valueOf(token), row.getUuid("host_id"))).isNull();
      }
    }
  }

  /** All nodes are in one rack, so the replicas are the next nodes clockwise. */
  private static Map<TokenRange, List<UUID>> expected(
      NavigableMap<Long, UUID> owners, int replicationFactor) {
    Map<TokenRange, List<UUID>> expected = new HashMap<>();
    long previous = owners.lastKey();
    for (long token : owners.keySet()) {
      List<UUID> clockwise = new ArrayList<>(owners.tailMap(token, true).values());
      clockwise.addAll(owners.headMap(token, false).values());
      Set<UUID> replicas = new LinkedHashSet<>();
      for (UUID owner : clockwise) {
        if (replicas.size() < replicationFactor) {
          replicas.add(owner);
        }
      }
      expected.put(new TokenRange(previous, token), List.copyOf(replicas));
      previous = token;
    }
    return expected;
  }
}
