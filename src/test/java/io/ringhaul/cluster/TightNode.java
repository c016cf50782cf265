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
 * A node of its own whose limits a test lowers while it runs, with logins, so that its guardrails
 * bite an ordinary role. {@code -Dringhaul.tightNode=HOST:PORT} takes one that runs already, with
 * JMX at its port plus 100.
 */
public final class TightNode implements AutoCloseable {

  private static final int PORT = 9242;
  private static final String STORAGE = "org.apache.cassandra.db:type=StorageService";
  private static final String GUARDRAILS = "org.apache.cassandra.db:type=Guardrails";

  private final AutoCloseable node;
  private final InetSocketAddress address;
  private final JMXConnector management;
  private final CqlSession superuser;

  // What answers at this loopback port is a process that we started ourselves.
  @SuppressWarnings("BanJNDI")
  private TightNode(AutoCloseable node, InetSocketAddress address, int jmxPort) throws IOException {
    this.node = node;
    this.address = address;
    this.management =
        JMXConnectorFactory.connect(
            new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort + "/jmxrmi"));
    this.superuser = session("cassandra", "cassandra");
  }

  /** Starts the node. */
  public static TightNode start() throws IOException {
    String running = System.getProperty("ringhaul.tightNode");
    if (running != null) {
      String[] parts = running.split(":", 2);
      int port = Integer.parseInt(parts[1]);
      return new TightNode(() -> {}, new InetSocketAddress(parts[0], port), 7342);
    }
    SandboxCluster cluster =
        SandboxCluster.builder()
            .heapMegabytes(512)
            .port(PORT)
            .storagePort(7242)
            .jmxPort(7342)
            .setting("authenticator", "PasswordAuthenticator")
            .setting("authorizer", "CassandraAuthorizer")
            .start();
    return new TightNode(cluster, cluster.contactPoints().get(0), 7342);
  }

  /** A session of the superuser. */
  public CqlSession superuser() {
    return superuser;
  }

  /** A new session of a role, to be closed by the test. */
  public CqlSession session(String role, String password) {
    CqlSessionBuilder builder =
        CqlSession.builder()
            .addContactPoint(address)
            .withLocalDatacenter("dc1")
            .withAuthCredentials(role, password)
            .withConfigLoader(
                DriverConfigLoader.programmaticBuilder()
                    .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                    // The driver reads the schema in pages of 5,000, which guardrails refuse too.
                    .withInt(DefaultDriverOption.METADATA_SCHEMA_REQUEST_PAGE_SIZE, 50)
                    .build());
    return builder.build();
  }

  /** How many tombstones one read may pass; 100,000 by default. */
  public void tombstoneFailureThreshold(int tombstones) throws IOException, JMException {
    set("TombstoneFailureThreshold", tombstones);
  }

  /** How long a read of a token range may take; 10 s by default. */
  public void rangeTimeout(Duration timeout) throws IOException, JMException {
    set("RangeRpcTimeout", timeout.toMillis());
  }

  /** The largest page that an ordinary role may ask for; -1, the default, for any. */
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
