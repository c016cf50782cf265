package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.TightNode;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.PreflightException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.iceberg.IcebergTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What versions before 5.0 lack is refused by name, and the rest works there. */
@ClusterTest
@OnCassandra(before = "5.0", feature = "lacks what 5.0 has")
class OlderCassandraIT {

  private final CqlSession session = TestCluster.session();

  @TempDir private Path folder;

  @Test
  void refusesTimesOfElementsByName() {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".t (id int PRIMARY KEY, v int, l list<int>, m map<int, int>)");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThatThrownBy(
              () ->
                  operator
                      .export(keyspace, "t")
                      .withWritetime()
                      .to(IcebergTarget.warehouse(folder).table("lake.t"))
                      .execute())
          .isInstanceOf(UnsupportedClusterException.class)
          .hasMessageMatching(
              "The cluster \\(version "
                  + TestCluster.version()
                  + "[.0-9]*\\) does not tell write times and TTLs of the elements of collections"
                  + " and of the fields of user-defined types that are not frozen, which takes"
                  + " Cassandra 5\\.0\\. In table "
                  + keyspace
                  + "\\.t these are \"?l\"?, \"?m\"?: name the other columns in"
                  + " withWritetime and withTtl, and to filter by write time export only those");
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void restoresTimesOfWholeColumns() {
    String keyspace = TestCluster.newKeyspace(1);
    for (String table : List.of("t", "copy")) {
      TestCluster.define(
          "CREATE TABLE "
              + keyspace
              + "."
              + table
              + " (id int PRIMARY KEY, v int, f"
              + " frozen<list<int>>)");
    }
    session.execute(
        "INSERT INTO " + keyspace + ".t (id, v, f) VALUES (1, 2, [3]) USING TIMESTAMP 1000000");
    session.execute(
        "UPDATE " + keyspace + ".t USING TIMESTAMP 2000000 AND TTL 90000 SET v = 4 WHERE id = 1");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .export(keyspace, "t")
          .withWritetime()
          .withTtl()
          .to(CsvTarget.folder(folder.resolve("csv")))
          .execute();
      operator.importInto(keyspace, "copy").from(CsvSource.at(folder.resolve("csv"))).execute();
    }
    Row row =
        Objects.requireNonNull(
            session
                .execute(
                    "SELECT v, writetime(v), ttl(v), writetime(f), ttl(f) FROM "
                        + keyspace
                        + ".copy WHERE id = 1")
                .one());
    assertThat(row.getInt(0)).isEqualTo(4);
    assertThat(row.getLong(1)).isEqualTo(2_000_000);
    assertThat(row.getInt(2)).isBetween(1, 90_000);
    assertThat(row.getLong(3)).isEqualTo(1_000_000);
    assertThat(row.isNull(4)).isTrue();
  }

  /** The cluster has neither column masks nor, before 4.1, guardrails. */
  @Test
  void checksPermissionsWithoutMasksAndGuardrails() throws Exception {
    try (TightNode node = TightNode.start()) {
      for (String cql :
          List.of(
              "CREATE KEYSPACE s WITH replication ="
                  + " {'class': 'NetworkTopologyStrategy', 'dc1': 1}",
              "CREATE TABLE s.t (id int PRIMARY KEY, v int)",
              "INSERT INTO s.t (id, v) VALUES (1, 2)",
              "CREATE ROLE nobody WITH PASSWORD = 'nobody' AND LOGIN = true",
              "CREATE ROLE reader WITH PASSWORD = 'reader' AND LOGIN = true",
              "GRANT SELECT ON KEYSPACE s TO reader")) {
        node.superuser().execute(cql);
      }
      try (CqlSession nobody = node.session("nobody", "nobody");
          TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(nobody)) {
        assertThatThrownBy(() -> operator.count("s", "t").execute())
            .isInstanceOf(PreflightException.class)
            .hasMessageContaining("The role nobody may not read s.t")
            .hasMessageContaining("GRANT SELECT ON TABLE s.t TO nobody");
      }
      try (CqlSession reader = node.session("reader", "reader");
          TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(reader)) {
        ExportResult result =
            operator.export("s", "t").to(CsvTarget.folder(folder.resolve("csv"))).execute();
        assertThat(result.rows()).isEqualTo(1);
        assertThat(Files.exists(folder.resolve("csv"))).isTrue();
      }
    }
  }
}
