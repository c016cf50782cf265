package io.ringhaul.bottlenecks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxNode;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.faults.Clusters;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * One of three nodes gets a small share of a processor, and requests for its own rows take longer.
 */
class ReplicaSkewFaults {

  private static final int ROWS = 200_000;

  /** With this share, the node waits more than 0.1 s for its next time slice. */
  private static final double SHARE = 0.02;

  @Test
  void detectsSlowNode() throws Exception {
    assumeTrue(ControlGroup.canBoundProcessors());
    try (SandboxCluster cluster = Clusters.start(3);
        CqlSession session = Clusters.connect(cluster);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      String keyspace = Clusters.keyspace(session, 1);
      fill(session, keyspace);
      Bottlenecks bottlenecks = new Bottlenecks();
      CompletableFuture<?> export =
          operator
              .export(keyspace, "t")
              .to(BurdenedTarget.light())
              .pageSize(1)
              .skipPreflight()
              .onBottleneck(bottlenecks)
              .onSample(bottlenecks)
              .executeAsync();
      SandboxNode slow = cluster.node(3);
      try (ControlGroup group = ControlGroup.ofProcessors(SHARE)) {
        bottlenecks.awaitSamples(14, sample -> sample.rowsPerSecond() > 0);
        assertThat(bottlenecks.all()).isEmpty();
        group.add(NodeProcesses.of(cluster, slow));
        Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.SKEW);
        assertThat(bottleneck.component())
            .isEqualTo("node:" + slow.address().getHostString() + ":" + slow.address().getPort());
        assertThat(bottleneck.evidence().get("p50Millis")).isGreaterThan(100);
      } finally {
        export.cancel(true);
      }
    }
  }

  private static void fill(CqlSession session, String keyspace) {
    session.execute("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v text)");
    String value = "v".repeat(120);
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (id, v) VALUES (?, ?)",
        ROWS,
        i -> new Object[] {i, value + i});
  }
}
