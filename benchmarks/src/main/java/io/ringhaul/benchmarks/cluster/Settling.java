package io.ringhaul.benchmarks.cluster;

import io.ringhaul.cli.sandbox.SandboxNode;
import java.io.IOException;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;

/**
 * Brings what a node stores into the form in which it stays: all on disk, in one file a table, its
 * size known. Otherwise the node would tidy up during some of the runs and be faster after them.
 */
final class Settling {

  private static final String STORAGE = "org.apache.cassandra.db:type=StorageService";
  private static final String PENDING =
      "org.apache.cassandra.metrics:type=Compaction,name=PendingTasks";
  private static final long PAUSE_MILLIS = 100;

  /** What is pending is an estimate, which may stay above zero while nothing is compacted. */
  private static final int MOST_PAUSES = 300;

  private Settling() {}

  /** Returns when the node is at rest. */
  static void settle(SandboxNode node, String keyspace) throws InterruptedException {
    node.flush(keyspace);
    compact(node, keyspace);
    node.refreshSizeEstimates();
  }

  // What answers at this loopback port is a process that we started ourselves.
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
