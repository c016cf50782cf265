package io.ringhaul.cluster;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.ringhaul.cli.sandbox.SandboxCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * A single node with authentication, whose limits a test changes at run time. Guardrails apply to
 * ordinary roles, not to superusers. {@code -Dringhaul.tightNode=HOST:PORT} uses a running node
 * with JMX on port 7342.
 */
public final class TightNode implements AutoCloseable {

  private static final int PORT = 9242;
  private static final String STORAGE = "org.apache.cassandra.db:type=StorageService";
  private static final String GUARDRAILS = "org.apache.cassandra.db:type=Guardrails";

  private final AutoCloseable node;
  private final InetSocketAddress address;
  private final JMXConnector management;
  private final CqlSession superuser;

  // The process at this loopback port was started by the test.
  @SuppressWarnings("BanJNDI")
  private TightNode(AutoCloseable node, InetSocketAddress address, int jmxPort) throws IOException {
    this.node = node;
    this.address = address;
    this.management =
        JMXConnectorFactory.connect(
            new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort + "/jmxrmi"));
    this.superuser = session("cassandra", "cassandra");
  }

  /** Starts the node, or connects to the one of {@code -Dringhaul.tightNode}. */
  public static TightNode start() throws IOException {
    String running = System.getProperty("ringhaul.tightNode");
    if (running != null) {
      String[] parts = running.split(":", 2);
      int port = Integer.parseInt(parts[1]);
      return new TightNode(() -> {}, new InetSocketAddress(parts[0], port), 7342);
    }
    SandboxCluster cluster =
        TestTimes.start(
            "a node with authentication",
            SandboxCluster.builder()
                .heapMegabytes(512)
                .port(PORT)
                .storagePort(7242)
                .jmxPort(7342)
                .setting("authenticator", "PasswordAuthenticator")
                .setting("authorizer", "CassandraAuthorizer"));
    return new TightNode(cluster, cluster.contactPoints().get(0), 7342);
  }

  /** Returns the session of the superuser. */
  public CqlSession superuser() {
    return superuser;
  }

  /** Opens a session of a role; the caller closes it. */
  public CqlSession session(String role, String password) {
    CqlSessionBuilder builder =
        CqlSession.builder()
            .addContactPoint(address)
            .withLocalDatacenter("dc1")
            .withAuthCredentials(role, password)
            .withConfigLoader(
                DriverConfigLoader.programmaticBuilder()
                    .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                    // The driver's default of 5,000 exceeds the page size guardrail.
                    .withInt(DefaultDriverOption.METADATA_SCHEMA_REQUEST_PAGE_SIZE, 50)
                    .build());
    return builder.build();
  }

  /** Sets the number of tombstones at which a read fails. Cassandra's default: 100,000. */
  public void tombstoneFailureThreshold(int tombstones) throws IOException, JMException {
    set("TombstoneFailureThreshold", tombstones);
  }

  /** Sets the server timeout of range reads. Cassandra's default: 10 s. */
  public void rangeTimeout(Duration timeout) throws IOException, JMException {
    set("RangeRpcTimeout", timeout.toMillis());
  }

  /** Sets the largest page size for ordinary roles; -1, the default, allows any. */
  public void pageSizeThreshold(int rows) throws IOException, JMException {
    connection()
        .invoke(
            new ObjectName(GUARDRAILS),
            "setPageSizeThreshold",
            new Object[] {-1, rows},
            new String[] {int.class.getName(), int.class.getName()});
  }

  @Override
  public void close() throws Exception {
    superuser.close();
    management.close();
    node.close();
  }

  private void set(String attribute, Object value) throws IOException, JMException {
    connection().setAttribute(new ObjectName(STORAGE), new Attribute(attribute, value));
  }

  private MBeanServerConnection connection() throws IOException {
    return management.getMBeanServerConnection();
  }
}
