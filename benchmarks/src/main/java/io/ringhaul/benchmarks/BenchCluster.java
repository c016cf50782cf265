package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.ringhaul.cli.sandbox.SandboxCluster;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Three nodes that hold every row, on ports of their own, and a session. */
final class BenchCluster implements AutoCloseable {

  static final String KEYSPACE = "bench";

  private static final int NODES = 3;

  private final SandboxCluster cluster;
  private final CqlSession session;

  private BenchCluster(SandboxCluster cluster) {
    this.cluster = cluster;
    this.session = connect(cluster.contactPoints());
  }

  /** Starts the nodes and makes a keyspace that each of them holds. */
  static BenchCluster start() {
    SandboxCluster cluster =
        SandboxCluster.builder()
            .nodes(NODES)
            .heapMegabytes(1_024)
            .port(9342)
            .storagePort(7344)
            .jmxPort(7844)
            .start();
    try {
      BenchCluster started = new BenchCluster(cluster);
      started.session.execute(
          String.format(
              "CREATE KEYSPACE %s WITH replication ="
                  + " {'class': 'NetworkTopologyStrategy', 'dc1': %d}",
              KEYSPACE, NODES));
      return started;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  static CqlSession connect(List<InetSocketAddress> contactPoints) {
    return CqlSession.builder()
        .addContactPoints(contactPoints)
        .withLocalDatacenter("dc1")
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                // As the writer asks for, so that all ways promise the same.
                .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "LOCAL_QUORUM")
                .withBoolean(DefaultDriverOption.REQUEST_LOG_WARNINGS, false)
                .build())
        .build();
  }

  CqlSession session() {
    return session;
  }

  InetSocketAddress firstAddress() {
    return cluster.contactPoints().get(0);
  }

  @Override
  public void close() {
    session.close();
    cluster.close();
  }
}
