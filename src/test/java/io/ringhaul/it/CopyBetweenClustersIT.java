package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.TestTimes;
import io.ringhaul.table.TableSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
            SandboxCluster.builder().heapMegabytes(512).port(9642).storagePort(7642).jmxPort(7742));
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
    try (CqlSession to =
            CqlSession.builder()
                .addContactPoints(other.contactPoints())
                .withLocalDatacenter(other.localDatacenter())
                .withConfigLoader(
                    DriverConfigLoader.programmaticBuilder()
                        .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                        .build())
                .build();
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
}
