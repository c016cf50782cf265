package io.ringhaul.benchmarks.cluster;

import io.ringhaul.cli.sandbox.SandboxNode;
import java.io.IOException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;

/**
 * Flushes and compacts the data of a node to one file per table and refreshes the size estimates.
 * Otherwise the node would compact during some of the runs and be faster afterwards.
 */
final class Settling {

  private static final String STORAGE = "org.apache.cassandra.db:type=StorageService";
  private static final String PENDING =
      "org.apache.cassandra.metrics:type=Compaction,name=PendingTasks";
  private static final long PAUSE_MILLIS = 100;

  /** Limits the wait, because the estimate of pending compactions can stay above zero. */
  private static final int MOST_PAUSES = 300;

  private Settling() {}

  /** Returns when the node is idle. */
  static void settle(SandboxNode node, String keyspace) throws InterruptedException {
    node.flush(keyspace);
    compact(node, keyspace);
    node.refreshSizeEstimates();
  }

  // The process at this loopback port was started by the benchmark.
  @SuppressWarnings("BanJNDI")
  private static void compact(SandboxNode node, String keyspace) throws InterruptedException {
    try (JMXConnector connector = JMXConnectorFactory.connect(node.jmxUrl())) {
      MBeanServerConnection server = connector.getMBeanServerConnection();
      server.invoke(
          new ObjectName(STORAGE),
          "forceKeyspaceCompaction",
          new Object[] {false, keyspace, new String[0]},
          new String[] {boolean.class.getName(), String.class.getName(), String[].class.getName()});
      ObjectName pending = new ObjectName(PENDING);
      for (int pause = 0;
          pause < MOST_PAUSES && ((Number) server.getAttribute(pending, "Value")).longValue() > 0;
          pause++) {
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException | JMException e) {
      throw new IllegalStateException(node + " could not compact " + keyspace, e);
    }
  }
}
