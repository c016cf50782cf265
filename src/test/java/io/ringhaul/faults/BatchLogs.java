package io.ringhaul.faults;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cli.sandbox.SandboxNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import javax.management.JMException;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;

/**
 * The batch logs of a cluster's nodes, which hold LOGGED batches that are not fully applied yet.
 */
final class BatchLogs {

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
  private static final int LOOKS = 2;
  private static final ObjectName MANAGER = manager();

  private BatchLogs() {}

  /**
   * Waits until the batch logs of all nodes stay empty. Cassandra replays batches older than twice
   * the write time-out every ten seconds; this method triggers the replay through JMX.
   */
  static void awaitReplayed(SandboxCluster cluster, CqlSession session)
      throws IOException, JMException, InterruptedException {
    long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
    int empty = 0;
    while (empty < LOOKS) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Still " + waiting(session) + " batches in the batch logs");
      }
      for (SandboxNode node : cluster.nodes()) {
        replay(node);
      }
      empty = waiting(session) == 0 ? empty + 1 : 0;
      Thread.sleep(500);
    }
  }

  /** Counts the batches in the logs of all nodes. */
  private static long waiting(CqlSession session) {
    SimpleStatement count = SimpleStatement.newInstance("SELECT count(*) FROM system.batches");
    long all = 0;
    for (Node node : session.getMetadata().getNodes().values()) {
      all += Objects.requireNonNull(session.execute(count.setNode(node)).one()).getLong(0);
    }
    return all;
  }

  // The process at this loopback port was started by the test.
  @SuppressWarnings("BanJNDI")
  private static void replay(SandboxNode node) throws IOException, JMException {
    try (JMXConnector management = JMXConnectorFactory.connect(node.jmxUrl())) {
      management
          .getMBeanServerConnection()
          .invoke(MANAGER, "forceBatchlogReplay", new Object[0], new String[0]);
    }
  }

  private static ObjectName manager() {
    try {
      return new ObjectName("org.apache.cassandra.db:type=BatchlogManager");
    } catch (MalformedObjectNameException e) {
      throw new AssertionError(e);
    }
  }
}
