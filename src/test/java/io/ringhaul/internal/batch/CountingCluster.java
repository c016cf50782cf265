package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.TestTimes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * A cluster that receives batches from this test only, with the batch counts of its nodes. Uses the
 * cluster of the test run if it is not shared, otherwise a separate node.
 */
public final class CountingCluster implements AutoCloseable {

  private static final int PORT = 9892;
  private static final int STORAGE_PORT = 7892;
  private static final int JMX_PORT = 7842;

  private final AutoCloseable ending;
  private final CqlSession session;
  private final boolean isOwn;
  private final List<JMXConnector> nodes = new ArrayList<>();

  // The process at these loopback ports was started by this test run.
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

  public static CountingCluster open() throws IOException {
    List<Integer> ports = TestCluster.jmxPortsIfAlone();
    if (!ports.isEmpty()) {
      return new CountingCluster(() -> {}, TestCluster.session(), false, ports);
    }
    SandboxCluster cluster =
        TestTimes.start(
            "nodes that count",
            SandboxCluster.builder()
                .heapMegabytes(512)
                .port(PORT)
                .storagePort(STORAGE_PORT)
                .jmxPort(JMX_PORT));
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

  public CqlSession session() {
    return session;
  }

  /** A new keyspace, with one replica. */
  public String newKeyspace() {
    if (!isOwn) {
      return TestCluster.newKeyspace(1);
    }
    session.execute(
        "CREATE KEYSPACE counted WITH replication = {'class': 'SimpleStrategy',"
            + " 'replication_factor': 1}");
    return "counted";
  }

  public void define(String cql) {
    if (isOwn) {
      session.execute(cql);
    } else {
      TestCluster.define(cql);
    }
  }

  /** All batches so far, on all nodes. */
  public Counted counted() throws IOException, JMException {
    return new Counted(
        batches("PartitionsPerLoggedBatch"),
        batches("PartitionsPerUnloggedBatch"),
        batches("PartitionsPerCounterBatch"));
  }

  private Batches batches(String metric) throws IOException, JMException {
    ObjectName name = new ObjectName("org.apache.cassandra.metrics:type=Batch,name=" + metric);
    Batches all = new Batches(0, 0, 0);
    for (JMXConnector node : nodes) {
      MBeanServerConnection connection = node.getMBeanServerConnection();
      if (!connection.isRegistered(name)) {
        // A node has no such metrics before its first batch.
        continue;
      }
      all =
          all.and(
              Batches.of(
                  (long) connection.getAttribute(name, "Count"),
                  (long[]) connection.invoke(name, "values", new Object[0], new String[0])));
    }
    return all;
  }

  /** The counts of the nodes, by batch type. */
  public record Counted(Batches logged, Batches unlogged, Batches counter) {

    public Counted since(Counted before) {
      return new Counted(
          logged.since(before.logged),
          unlogged.since(before.unlogged),
          counter.since(before.counter));
    }

    /** Batches of one partition, of any type. */
    public long singlePartition() {
      return logged.single() + unlogged.single() + counter.single();
    }
  }

  /**
   * Batches of a type.
   *
   * @param count number of batches
   * @param single number of batches with one partition
   * @param partitions total number of partitions; exact if the numbers per batch are bucket bounds
   *     of the server, as all are up to 8
   */
  public record Batches(long count, long single, long partitions) {

    /** Each bucket counts the values above the previous bound, up to its own bound. */
    static Batches of(long count, long[] buckets) {
      long partitions = 0;
      long bound = 1;
      for (long bucket : buckets) {
        partitions += bucket * bound;
        bound = Math.max(bound + 1, Math.round(bound * 1.2));
      }
      return new Batches(count, buckets[0], partitions);
    }

    Batches and(Batches others) {
      return new Batches(
          count + others.count, single + others.single, partitions + others.partitions);
    }

    Batches since(Batches before) {
      return new Batches(
          count - before.count, single - before.single, partitions - before.partitions);
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
