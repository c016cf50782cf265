package io.ringhaul.scylla;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.Version;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.data.TupleValue;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.it.RawTables;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What holds on ScyllaDB: on a real one in {@link ScyllaClusterIT}, and on Cassandra behind the
 * proxy in {@link ScyllaProxyIT}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ScyllaContract {

  static final int ROWS = 3_000;

  private final String keyspace = "scylla_" + Long.toString(System.nanoTime(), 36);

  @TempDir private Path folder;

  /** Returns a session that all tests share. */
  abstract CqlSession session();

  /** Places an empty table on tablets, unless the cluster has done so. */
  abstract void placeOnTablets(String keyspace, String table);

  /** Closes the session and what the class opened for it. */
  abstract void close();

  /** A folder for the files of a test. */
  final Path folder() {
    return folder;
  }

  /** The keyspace, whose table {@code t} has {@link #ROWS} rows. */
  final String keyspace() {
    return keyspace;
  }

  @BeforeAll
  final void createTable() {
    session()
        .execute(
            String.format(
                "CREATE KEYSPACE %s WITH replication = {'class': 'NetworkTopologyStrategy',"
                    + " '%s': 1} AND tablets = {'enabled': true}",
                keyspace, node().getDatacenter()));
    for (String table : List.of("t", "clone")) {
      session().execute("CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, v text)");
      placeOnTablets(keyspace, table);
    }
    AsyncWrites.writeRows(
        session(),
        "INSERT INTO " + keyspace + ".t (id, v) VALUES (?, ?)",
        ROWS,
        id -> new Object[] {id, "v" + id});
  }

  @AfterAll
  final void dropKeyspace() {
    try {
      session().execute("DROP KEYSPACE IF EXISTS " + keyspace);
    } finally {
      close();
    }
  }

  final Node node() {
    return session().getMetadata().getNodes().values().iterator().next();
  }

  final UUID tableId(String table) {
    return session()
        .getMetadata()
        .getKeyspace(keyspace)
        .flatMap(known -> known.getTable(table))
        .flatMap(known -> known.getId())
        .orElseThrow();
  }

  @Test
  void reportsItsVersion() {
    assertThat(session().getContext().getProtocolVersion()).isEqualTo(ProtocolVersion.V4);
    assertThat(node().getCassandraVersion()).isLessThan(Version.V4_0_0);
    assertThat(session().execute("SELECT version FROM system.versions WHERE key = 'local'").one())
        .isNotNull();
    assertThat(
            session()
                .execute("SELECT host_id, shard_count FROM system.topology WHERE key = 'topology'")
                .all())
        .hasSameSizeAs(session().getMetadata().getNodes().values());
  }

  @Test
  void offersItsExtensions() throws IOException {
    Map<String, List<String>> supported =
        RawConnection.supported((InetSocketAddress) node().getEndPoint().resolve());
    assertThat(supported)
        .containsKeys(
            "SCYLLA_SHARD",
            "SCYLLA_NR_SHARDS",
            "SCYLLA_PARTITIONER",
            "SCYLLA_SHARDING_ALGORITHM",
            "SCYLLA_SHARDING_IGNORE_MSB",
            "SCYLLA_LWT_ADD_METADATA_MARK",
            "TABLETS_ROUTING_V1");
    assertThat(supported.get("SCYLLA_SHARDING_ALGORITHM"))
        .containsExactly("biased-token-round-robin");
  }

  @Test
  void listsTablets() {
    List<Row> tablets =
        session().execute("SELECT * FROM system.tablets WHERE table_id = " + tableId("t")).all();
    assertThat(tablets).isNotEmpty();
    assertThat(tablets)
        .extracting(row -> row.getLong("last_token"))
        .isSorted()
        .contains(Long.MAX_VALUE);
    assertThat(tablets).allSatisfy(this::assertDescribesTable);
    assertThat(tablets.get(0).getInt("tablet_count")).isEqualTo(tablets.size());
    assertThat(
            session()
                .execute(
                    "SELECT initial_tablets FROM system_schema.scylla_keyspaces"
                        + " WHERE keyspace_name = ?",
                    keyspace)
                .one())
        .isNotNull();
  }

  private void assertDescribesTable(Row tablet) {
    assertThat(tablet.getString("keyspace_name")).isEqualTo(keyspace);
    assertThat(tablet.getString("table_name")).isEqualTo("t");
    List<TupleValue> replicas =
        Objects.requireNonNull(tablet.getList("replicas", TupleValue.class));
    assertThat(replicas).hasSize(1);
    assertThat(session().getMetadata().getNodes()).containsKey(replicas.get(0).getUuid(0));
    assertThat(replicas.get(0).getInt(1)).isNotNegative();
  }

  @Test
  void acceptsItsExtensionsOfCql() {
    String select = "SELECT v FROM " + keyspace + ".t WHERE id = ? BYPASS CACHE USING TIMEOUT 5s";
    assertThat(session().execute(select, 7).one())
        .extracting(row -> row.getString(0))
        .isEqualTo("v7");
    assertThat(session().execute(session().prepare(select).bind(8)).one())
        .extracting(row -> row.getString(0))
        .isEqualTo("v8");
  }

  @Test
  void countsExportsAndImportsExactRows() {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session())) {
      assertThat(operator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS);
      assertThat(
              operator
                  .export(keyspace, "t")
                  .to(IcebergTarget.warehouse(folder).table("scylla.t"))
                  .execute()
                  .rows())
          .isEqualTo(ROWS);
      assertThat(
              operator
                  .importInto(keyspace, "clone")
                  .from(IcebergSource.warehouse(folder).table("scylla.t"))
                  .execute()
                  .rows())
          .isEqualTo(ROWS);
    }
    RawTables.assertSame(session(), keyspace, "t", "clone", ROWS, 0);
  }
}
