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

/** Nodes that each hold every row, on separate ports, and a session. */
public final class BenchCluster implements AutoCloseable {

  public static final String KEYSPACE = "bench";

  public static final String DATACENTER = "dc1";

  /** The description of {@link #oneNode()} in reports. */
  public static final String ONE_NODE = "one node with 16 vnodes";

  /** The description of {@link #threeNodes()} in reports. */
  public static final String THREE_NODES = "3 nodes, each row on all of them, LOCAL_QUORUM";

  private final SandboxCluster cluster;
  private final CqlSession session;

  private BenchCluster(SandboxCluster cluster) {
    this.cluster = cluster;
    this.session = connect(cluster.contactPoints());
  }

  /** Starts one node with high throughput: 16 vnodes, 4 GB, the C2 compiler. */
  public static BenchCluster oneNode() {
    return start(
        1,
        SandboxCluster.builder()
            .heapMegabytes(4_096)
            .jvmOptions("-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-XX:+UseParallelGC"));
  }

  /** Starts three nodes of 1 GB. */
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
                // The consistency level of the writer, so that all ways give the same guarantee.
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
   * Waits until all data is on disk in one file per table, so that the nodes are idle and reads are
   * uniform.
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
