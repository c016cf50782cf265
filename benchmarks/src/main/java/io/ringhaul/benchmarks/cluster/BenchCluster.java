package io.ringhaul.benchmarks.cluster;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxClusterBuilder;
import io.ringhaul.cli.sandbox.SandboxNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Nodes that hold every row each, on ports of their own, and a session. */
public final class BenchCluster implements AutoCloseable {

  public static final String KEYSPACE = "bench";

  public static final String DATACENTER = "dc1";

  /** What a report says of {@link #oneNode()}. */
  public static final String ONE_NODE = "one node with 16 vnodes";

  /** What a report says of {@link #threeNodes()}. */
  public static final String THREE_NODES = "3 nodes, each row on all of them, LOCAL_QUORUM";

  private final SandboxCluster cluster;
  private final CqlSession session;

  private BenchCluster(SandboxCluster cluster) {
    this.cluster = cluster;
    this.session = connect(cluster.contactPoints());
  }

  /** One node as fast as this machine lets it be: 16 vnodes, 4 GB, the second compiler. */
  public static BenchCluster oneNode() {
    return start(
        1,
        SandboxCluster.builder()
            .heapMegabytes(4_096)
            .jvmOptions("-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-XX:+UseParallelGC"));
  }

  /** Three nodes of 1 GB. */
  public static BenchCluster threeNodes() {
    return start(3, SandboxCluster.builder().nodes(3).heapMegabytes(1_024));
  }

  private static BenchCluster start(int nodes, SandboxClusterBuilder builder) {
    SandboxCluster cluster = builder.port(9842).storagePort(8244).jmxPort(8344).start();
    try {
      BenchCluster started = new BenchCluster(cluster);
      started.session.execute(
          String.format(
              "CREATE KEYSPACE %s WITH replication ="
                  + " {'class': 'NetworkTopologyStrategy', 'dc1': %d}",
              KEYSPACE, nodes));
      return started;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  public static CqlSession connect(List<InetSocketAddress> contactPoints) {
    return CqlSession.builder()
        .addContactPoints(contactPoints)
        .withLocalDatacenter(DATACENTER)
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                // As the writer asks for, so that all ways promise the same.
                .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "LOCAL_QUORUM")
                .withBoolean(DefaultDriverOption.REQUEST_LOG_WARNINGS, false)
                .build())
        .build();
  }

  public CqlSession session() {
    return session;
  }

  public InetSocketAddress firstAddress() {
    return cluster.contactPoints().get(0);
  }

  public InetSocketAddress lastAddress() {
    List<InetSocketAddress> all = cluster.contactPoints();
    return all.get(all.size() - 1);
  }

  /**
   * Waits until all that was written is on disk, in one file a table, so that the nodes are at rest
   * and read the same way from now on.
   */
  public void settle() throws InterruptedException {
    for (SandboxNode node : cluster.nodes()) {
      Settling.settle(node, KEYSPACE);
    }
  }

  @Override
  public void close() {
    session.close();
    cluster.close();
  }
}
