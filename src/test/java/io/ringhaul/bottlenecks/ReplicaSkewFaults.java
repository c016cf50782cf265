package io.ringhaul.bottlenecks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxNode;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.monitor.Finding;
import io.ringhaul.monitor.FindingKind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** One of three nodes gets a small part of a processor, and what it alone has is waited for. */
class ReplicaSkewFaults {

  private static final int ROWS = 200_000;
  private static final double SHARE = 0.05;

  @Test
  void aSlowNodeIsFound() throws Exception {
    assumeTrue(ControlGroup.canBoundProcessors());
    try (SandboxCluster cluster =
            SandboxCluster.builder()
                .nodes(3)
                .vnodes(8)
                .heapMegabytes(512)
                .port(9942)
                .storagePort(7900)
                .jmxPort(7999)
                .start();
        CqlSession session = connect(cluster);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      fill(session);
      Findings findings = new Findings();
      CompletableFuture<?> export =
          operator
              .exportFrom("ks", "t")
              .to(BurdenedTarget.light())
              .pageSize(1)
              .skipPreflight()
              .onFinding(findings)
              .onSample(findings)
              .runAsync();
      SandboxNode slow = cluster.node(3);
      try (ControlGroup group = ControlGroup.ofProcessors(SHARE)) {
        findings.awaitSamples(14, sample -> sample.rowsPerSecond() > 0);
        assertThat(findings.all()).isEmpty();
        group.add(NodeProcesses.of(cluster, slow));
        Finding finding = findings.awaitSoon(FindingKind.SKEW);
        assertThat(finding.component())
            .isEqualTo("node:" + slow.address().getHostString() + ":" + slow.address().getPort());
        assertThat(finding.evidence().get("p50Millis")).isGreaterThan(100);
      } finally {
        export.cancel(true);
      }
    }
  }

  private static CqlSession connect(SandboxCluster cluster) {
    return CqlSession.builder()
        .addContactPoints(cluster.contactPoints())
        .withLocalDatacenter(cluster.localDatacenter())
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                .build())
        .build();
  }

  private static void fill(CqlSession session) {
    session.execute(
        "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor':"
            + " 1}");
    session.execute("CREATE TABLE ks.t (id int PRIMARY KEY, v text)");
    PreparedStatement insert = session.prepare("INSERT INTO ks.t (id, v) VALUES (?, ?)");
    String value = "v".repeat(120);
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < ROWS; i++) {
        writes.add(insert.bind(i, value + i));
      }
    }
  }
}
