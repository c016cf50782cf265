package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.TestTimes;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.table.TableSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A table is copied from the test cluster to another cluster. */
@ClusterTest
@OnCassandra(since = "5.0", feature = "times of elements")
class CopyBetweenClustersIT {

  private static final int ROWS = 300;

  private static SandboxCluster other;

  @BeforeAll
  static void start() {
    other =
        TestTimes.start(
            "another cluster",
            SandboxCluster.builder()
                .heapMegabytes(512)
                .port(9642)
                .storagePort(7642)
                .jmxPort(7742)
                .setting("materialized_views_enabled", true)
                .setting("sasi_indexes_enabled", true));
  }

  @AfterAll
  static void stop() {
    other.close();
  }

  @Test
  void copiesTypesRowsAndTimesToAnotherCluster() {
    CqlSession from = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TYPE " + keyspace + ".place (street text, zip int)",
            "CREATE TABLE "
                + keyspace
                + ".t (p int, c int, s set<int> static, v text, m map<text, int>, u place,"
                + " PRIMARY KEY (p, c)) WITH CLUSTERING ORDER BY (c DESC)"));
    for (int i = 0; i < ROWS; i++) {
      from.execute(
          String.format(
              "INSERT INTO %s.t (p, c, s, v, m, u) VALUES (%d, %d, {%d}, 'v%d', {'a': %d},"
                  + " {street: 's', zip: %d}) USING TTL %d AND TIMESTAMP %d",
              keyspace, i % 20, i, i % 20, i, i, i, 50_000 + i, 1_700_000_000_000_000L + i));
      from.execute(
          String.format(
              "UPDATE %s.t SET m = m + {'b': %d}, u.zip = %d WHERE p = %d AND c = %d",
              keyspace, i, -i, i % 20, i));
    }
    try (CqlSession to = open();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(to)) {
      to.execute(
          "CREATE KEYSPACE copies WITH replication = {'class': 'SimpleStrategy',"
              + " 'replication_factor': 1}");
      ImportResult result =
          operator
              .importInto("copies", "t")
              .from(TableSource.of(from, keyspace, "t"))
              .createTable()
              .execute();
      assertThat(result.rows()).isEqualTo(ROWS);
      long now = Instant.now().getEpochSecond();
      TimedTables.assertSame(
          TimedTables.read(from, keyspace, "t", now),
          TimedTables.read(to, "copies", "t", now),
          "copies.t",
          0);
      assertThat(
              to.getMetadata()
                  .getKeyspace("copies")
                  .orElseThrow()
                  .getTable("t")
                  .orElseThrow()
                  .describe(false))
          .contains("CLUSTERING ORDER BY (\"c\" DESC)");
      assertThat(from.isClosed()).isFalse();
      assertThat(to.isClosed()).isFalse();
    }
    TestCluster.define("DROP KEYSPACE " + keyspace);
  }

  @Test
  void createsOptionsIndexesAndViewsOfEveryKind() {
    CqlSession from = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(1);
    try (CqlSession to = open();
        TokenAwareBulkOperator there = TokenAwareBulkOperator.over(to);
        TokenAwareBulkOperator here = TokenAwareBulkOperator.over(from)) {
      for (String space : List.of("first", "second")) {
        to.execute(
            "CREATE KEYSPACE "
                + space
                + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
      }
      for (String cql :
          List.of(
              "CREATE TABLE first.\"Orders\" (id int PRIMARY KEY, a text, \"B\" text, c int,"
                  + " m map<text, int>, v vector<float, 2>) WITH comment = 'it''s'"
                  + " AND gc_grace_seconds = 4321 AND default_time_to_live = 1000000"
                  + " AND compaction = {'class': 'LeveledCompactionStrategy',"
                  + " 'sstable_size_in_mb': '99'} AND compression = {'enabled': 'false'}"
                  + " AND speculative_retry = '77p' AND caching = {'keys': 'NONE',"
                  + " 'rows_per_partition': '7'} AND read_repair = 'NONE'",
              "CREATE INDEX \"ByB\" ON first.\"Orders\" (\"B\")",
              "CREATE INDEX by_m ON first.\"Orders\" (entries(m))",
              "CREATE INDEX by_c ON first.\"Orders\" (c) USING 'sai'",
              "CREATE INDEX by_v ON first.\"Orders\" (v) USING 'sai'"
                  + " WITH OPTIONS = {'similarity_function': 'dot_product'}",
              "CREATE CUSTOM INDEX by_a ON first.\"Orders\" (a)"
                  + " USING 'org.apache.cassandra.index.sasi.SASIIndex'"
                  + " WITH OPTIONS = {'mode': 'CONTAINS'}",
              "CREATE MATERIALIZED VIEW first.seen AS SELECT id, a, \"B\" FROM first.\"Orders\""
                  + " WHERE \"B\" IS NOT NULL AND id IS NOT NULL PRIMARY KEY (\"B\", id)"
                  + " WITH CLUSTERING ORDER BY (id DESC) AND comment = 'a view'"
                  + " AND gc_grace_seconds = 777")) {
        to.execute(cql);
      }
      for (int id = 0; id < ROWS; id++) {
        to.execute(
            String.format(
                "INSERT INTO first.\"Orders\" (id, a, \"B\", c, m, v) VALUES (%d, 'a%1$d',"
                    + " 'b%1$d', %1$d, {'k': %1$d}, [%1$d, 1])",
                id));
      }
      TableSource source = TableSource.of(to, "first", "\"Orders\"");
      ImportResult named =
          there.importInto("second", "\"Orders\"").from(source).createTable().execute();
      assertThat(named.rows()).isEqualTo(ROWS);
      assertThat(options(to, "tables", "second", "Orders"))
          .isEqualTo(options(to, "tables", "first", "Orders"))
          .contains("4321", "LeveledCompactionStrategy", "it's", "77p");
      assertThat(named.missingIndexesAndViews())
          .hasSize(6)
          .contains(
              "CREATE INDEX \"ByB\" ON second.\"Orders\" (\"B\")",
              "CREATE INDEX by_m ON second.\"Orders\" (entries(m))",
              "CREATE CUSTOM INDEX by_a ON second.\"Orders\" (a)"
                  + " USING 'org.apache.cassandra.index.sasi.SASIIndex'"
                  + " WITH OPTIONS = {'mode':'CONTAINS'}")
          .anyMatch(
              cql ->
                  cql.startsWith(
                      "CREATE MATERIALIZED VIEW second.seen AS SELECT \"B\", id, a FROM"
                          + " second.\"Orders\" WHERE \"B\" IS NOT NULL AND id IS NOT NULL"
                          + " PRIMARY KEY ((\"B\"), id) WITH CLUSTERING ORDER BY (id DESC) AND "));

      ImportResult made =
          there.importInto("second", "\"Orders\"").from(source).createIndexesAndViews().execute();
      assertThat(made.missingIndexesAndViews()).isEmpty();
      assertThat(indexes(to, "second")).isEqualTo(indexes(to, "first")).hasSize(5);
      assertThat(options(to, "views", "second", "seen"))
          .isEqualTo(options(to, "views", "first", "seen"))
          .contains("777", "a view");

      // In the keyspace of the source, its names are taken.
      there
          .importInto("first", "copied")
          .from(source)
          .createTable()
          .createIndexesAndViews()
          .execute();
      assertThat(to.getMetadata().getKeyspace("first").orElseThrow().getViews().keySet())
          .extracting(view -> view.asInternal())
          .containsExactlyInAnyOrder("seen", "copied_seen");
      assertThat(
              to.getMetadata()
                  .getKeyspace("first")
                  .orElseThrow()
                  .getTable("copied")
                  .orElseThrow()
                  .getIndexes()
                  .keySet())
          .extracting(index -> index.asInternal())
          .containsExactlyInAnyOrder(
              "copied_ByB", "copied_by_m", "copied_by_c", "copied_by_v", "copied_by_a");

      // A cluster that refuses an index has the rows.
      String refused = keyspace + ".\"Orders\"";
      assertThatThrownBy(
              () ->
                  here.importInto(keyspace, "\"Orders\"")
                      .from(source)
                      .createTable()
                      .createIndexesAndViews()
                      .execute())
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining("CREATE CUSTOM INDEX by_a ON " + refused)
          .hasMessageContaining("SASI");
      assertThat(from.execute("SELECT id FROM " + refused).all()).hasSize(ROWS);
    }
    TestCluster.define("DROP KEYSPACE " + keyspace);
  }

  private static Map<String, Map<String, String>> indexes(CqlSession session, String keyspace) {
    Map<String, Map<String, String>> indexes = new TreeMap<>();
    session
        .execute(
            "SELECT index_name, kind, options FROM system_schema.indexes WHERE keyspace_name = '"
                + keyspace
                + "'")
        .forEach(
            row -> {
              Map<String, String> facts =
                  new TreeMap<>(row.getMap("options", String.class, String.class));
              facts.put("kind", String.valueOf(row.getString("kind")));
              indexes.put(String.valueOf(row.getString("index_name")), facts);
            });
    return indexes;
  }

  /** The columns of a schema table that are no names and ids, as text. */
  private static String options(CqlSession session, String table, String keyspace, String name) {
    Row row =
        Objects.requireNonNull(
            session
                .execute(
                    String.format(
                        "SELECT * FROM system_schema.%s WHERE keyspace_name = '%s' AND %s = '%s'",
                        table, keyspace, table.equals("views") ? "view_name" : "table_name", name))
                .one());
    return StreamSupport.stream(row.getColumnDefinitions().spliterator(), false)
        .map(column -> column.getName())
        .filter(column -> !column.asInternal().matches("keyspace_name|id|base_table_id"))
        .map(column -> column + "=" + row.getObject(column))
        .collect(Collectors.joining(", "));
  }

  private static CqlSession open() {
    return CqlSession.builder()
        .addContactPoints(other.contactPoints())
        .withLocalDatacenter(other.localDatacenter())
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                .build())
        .build();
  }
}
