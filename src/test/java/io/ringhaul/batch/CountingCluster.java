package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.BatchType;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * A cluster to which nobody else sends batches, and the batches that its nodes have counted. It is
 * the cluster of the run, if that is the run's own, and else a node of its own.
 */
final class CountingCluster implements AutoCloseable {

  private static final int PORT = 9892;
  private static final int STORAGE_PORT = 7892;
  private static final int JMX_PORT = 7842;

  private static final Map<BatchType, String> NAMES =
      Map.of(
          BatchType.LOGGED, "PartitionsPerLoggedBatch",
          BatchType.UNLOGGED, "PartitionsPerUnloggedBatch",
          BatchType.COUNTER, "PartitionsPerCounterBatch");

  private final AutoCloseable ending;
  private final CqlSession session;
  private final boolean isOwn;
  private final List<JMXConnector> nodes = new ArrayList<>();

  // What answers at these loopback ports is a process that we started ourselves.
  @SuppressWarnings("BanJNDI")
  private CountingCluster(
      AutoCloseable ending, CqlSession session, boolean isOwn, List<Integer> ports)
      throws IOException {
    this.ending = ending;
    this.session = session;
    this.isOwn = isOwn;
    for (int port : ports) {
      nodes.add(
          JMXConnectorFactory.connect(
              new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi")));
    }
  }

  static CountingCluster open() throws IOException {
    List<Integer> ports = TestCluster.jmxPortsIfAlone();
    if (!ports.isEmpty()) {
      return new CountingCluster(() -> {}, TestCluster.session(), false, ports);
    }
    SandboxCluster cluster =
        SandboxCluster.builder()
            .heapMegabytes(512)
            .port(PORT)
            .storagePort(STORAGE_PORT)
            .jmxPort(JMX_PORT)
            .start();
    CqlSession session =
        CqlSession.builder()
            .addContactPoints(cluster.contactPoints())
            .withLocalDatacenter(cluster.localDatacenter())
            .withConfigLoader(
                DriverConfigLoader.programmaticBuilder()
                    .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                    .build())
            .build();
    return new CountingCluster(
        () -> {
          session.close();
          cluster.close();
        },
        session,
        true,
        List.of(JMX_PORT));
  }

  CqlSession session() {
    return session;
  }

  /** A new keyspace, with one replica. */
  String newKeyspace() {
    if (!isOwn) {
      return TestCluster.newKeyspace(1);
    }
    session.execute(
        "CREATE KEYSPACE counted WITH replication = {'class': 'SimpleStrategy',"
            + " 'replication_factor': 1}");
    return "counted";
  }

  void define(String cql) {
    if (isOwn) {
      session.execute(cql);
    } else {
      TestCluster.define(cql);
    }
  }

  /** All batches of that type so far, on all nodes together. */
  Counted counted(BatchType type) throws IOException, JMException {
    ObjectName name =
        new ObjectName("org.apache.cassandra.metrics:type=Batch,name=" + NAMES.get(type));
    long batches = 0;
    long[] buckets = new long[0];
    for (JMXConnector node : nodes) {
      MBeanServerConnection connection = node.getMBeanServerConnection();
      batches += (long) connection.getAttribute(name, "Count");
      long[] values = (long[]) connection.invoke(name, "values", new Object[0], new String[0]);
      buckets = buckets.length == 0 ? new long[values.length] : buckets;
      for (int i = 0; i < values.length; i++) {
        buckets[i] += values[i];
      }
    }
    return new Counted(batches, buckets);
  }

  /**
   * What the nodes count: how many batches, and how many of each number of partitions.
   *
   * @param buckets each for the numbers up to {@link #bound}, from the one before on
   */
  record Counted(long batches, long[] buckets) {

    Counted since(Counted before) {
      long[] more = buckets.clone();
      for (int i = 0; i < more.length; i++) {
        more[i] -= before.buckets[i];
      }
      return new Counted(batches - before.batches, more);
    }

    /** Batches of one partition. */
    long single() {
      return buckets[0];
    }

    /** The partitions of all batches; exact if their numbers are bounds of buckets. */
    long partitions() {
      long all = 0;
      long bound = 1;
      for (long bucket : buckets) {
        all += bucket * bound;
        bound = Math.max(bound + 1, Math.round(bound * 1.2));
      }
      return all;
    }
  }

  @Override
  public void close() throws Exception {
    for (JMXConnector node : nodes) {
      node.close();
    }
    ending.close();
  }
}
