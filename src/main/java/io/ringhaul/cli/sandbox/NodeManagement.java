package io.ringhaul.cli.sandbox;

import java.io.IOException;
import java.net.MalformedURLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** The state of a node and its ring over JMX, which needs neither a login nor a driver. */
final class NodeManagement implements AutoCloseable {

  private static final ObjectName STORAGE = name("org.apache.cassandra.db:type=StorageService");
  private static final ObjectName PROXY = name("org.apache.cassandra.db:type=StorageProxy");

  private final JMXConnector connector;

  private NodeManagement(JMXConnector connector) {
    this.connector = connector;
  }

  static JMXServiceURL url(int port) {
    try {
      return new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi");
    } catch (MalformedURLException e) {
      throw new AssertionError(e);
    }
  }

  // The loopback port belongs to a process that the sandbox has started.
  @SuppressWarnings("BanJNDI")
  static NodeManagement connect(JMXServiceURL url) throws IOException {
    return new NodeManagement(JMXConnectorFactory.connect(url));
  }

  /** Whether the node has joined the ring. */
  boolean isNormal() throws IOException, JMException {
    return "NORMAL".equals(attribute(STORAGE, "OperationMode"));
  }

  /** The addresses of the nodes that this node considers up, including itself. */
  Set<String> liveNodes() throws IOException, JMException {
    return strings(attribute(STORAGE, "LiveNodes"));
  }

  /** The number of tokens of all nodes that this node knows. */
  int knownTokens() throws IOException, JMException {
    return ((Map<?, ?>) attribute(STORAGE, "TokenToEndpointMap")).size();
  }

  /** The schema versions of the reachable nodes; one version if they agree. */
  Set<String> schemaVersions() throws IOException, JMException {
    Set<String> versions = strings(((Map<?, ?>) attribute(PROXY, "SchemaVersions")).keySet());
    versions.remove("UNREACHABLE");
    return versions;
  }

  void flush(String keyspace) throws IOException, JMException {
    invoke("forceKeyspaceFlush", keyspace);
  }

  void refreshSizeEstimates() throws IOException, JMException {
    connector
        .getMBeanServerConnection()
        .invoke(STORAGE, "refreshSizeEstimates", new Object[0], new String[0]);
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }

  private void invoke(String operation, String keyspace) throws IOException, JMException {
    connector
        .getMBeanServerConnection()
        .invoke(
            STORAGE,
            operation,
            new Object[] {keyspace, new String[0]},
            new String[] {String.class.getName(), String[].class.getName()});
  }

  private Object attribute(ObjectName bean, String name) throws IOException, JMException {
    return connector.getMBeanServerConnection().getAttribute(bean, name);
  }

  private static Set<String> strings(Object values) {
    Set<String> strings = new TreeSet<>();
    for (Object value : (Iterable<?>) values) {
      strings.add(String.valueOf(value));
    }
    return strings;
  }

  private static ObjectName name(String text) {
    try {
      return new ObjectName(text);
    } catch (MalformedObjectNameException e) {
      throw new AssertionError(e);
    }
  }
}
