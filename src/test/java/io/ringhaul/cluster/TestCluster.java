package io.ringhaul.cluster;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.Version;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.cli.sandbox.SandboxCluster;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.cassandra.CassandraContainer;

/**
 * A real cluster that the first use starts and the end of the test run stops.
 *
 * <p>The system property {@code ringhaul.cluster} selects the cluster: {@code embedded} (default)
 * starts {@code ringhaul.nodes} local processes (default: three nodes with 256 vnodes each; a
 * single node has 16), {@code testcontainers} starts one node in a container, and any other value
 * is the {@code host:port} of a running cluster. In a running cluster, keyspaces of other runs are
 * not touched. The system property {@code ringhaul.cassandra} selects the version of the first two,
 * such as {@code 4.1}; default: 5.0.
 */
public final class TestCluster {

  private static final String EMBEDDED = "embedded";
  private static final String CONTAINERS = "testcontainers";

  /** The version of Cassandra of all clusters that the tests start. */
  static final String CASSANDRA = System.getProperty("ringhaul.cassandra", "5.0");

  private static final int NODES = Integer.getInteger("ringhaul.nodes", 3);
  private static final int VNODES = NODES == 1 ? 16 : 256;
  private static final int FIRST_JMX_PORT = 7199;
  private static final AtomicInteger KEYSPACES = new AtomicInteger();
  private static @Nullable TestCluster instance;

  private final AutoCloseable cluster;
  private final List<InetSocketAddress> contactPoints;
  private final String localDatacenter;
  private final int nodes;
  private final String keyspacePrefix;
  private final CqlSession session;
  private final CqlSession schemaSession;

  private TestCluster(
      AutoCloseable cluster,
      List<InetSocketAddress> contactPoints,
      String localDatacenter,
      int nodes,
      String keyspacePrefix) {
    this.cluster = cluster;
    this.contactPoints = contactPoints;
    this.localDatacenter = localDatacenter;
    this.nodes = nodes;
    this.keyspacePrefix = keyspacePrefix;
    this.session = newSession(TestCluster::withoutAgreement);
    this.schemaSession =
        newSession(
            config ->
                withoutAgreement(config)
                    .withBoolean(DefaultDriverOption.METADATA_SCHEMA_ENABLED, false));
  }

  /**
   * Disables the driver's schema agreement check, which waits up to a second for gossip; {@link
   * #define(List)} does its own check.
   */
  private static ProgrammaticDriverConfigLoaderBuilder withoutAgreement(
      ProgrammaticDriverConfigLoaderBuilder config) {
    return config.withDuration(
        DefaultDriverOption.CONTROL_CONNECTION_AGREEMENT_TIMEOUT, Duration.ZERO);
  }

  /** Returns the cluster of this run and starts it on the first call. */
  public static synchronized TestCluster get() {
    TestCluster existing = instance;
    if (existing == null) {
      existing =
          switch (kind()) {
            case EMBEDDED -> embedded();
            case CONTAINERS -> container();
            default -> running(kind());
          };
      instance = existing;
    }
    return existing;
  }

  /** Returns true if {@code ringhaul.cluster} selects a container. */
  public static boolean usesContainers() {
    return CONTAINERS.equals(kind());
  }

  /**
   * Returns the cluster's version of Cassandra: of a cluster that the tests start, the one that the
   * property names.
   */
  public static Version version() {
    return Objects.requireNonNull(
        kind().equals(EMBEDDED) || usesContainers()
            ? Version.parse(CASSANDRA)
            : session().getMetadata().getNodes().values().iterator().next().getCassandraVersion());
  }

  /** Returns true if the cluster has vectors, that is from version 5.0 on. */
  public static boolean hasVectors() {
    return version().getMajor() >= 5;
  }

  private static String kind() {
    return System.getProperty("ringhaul.cluster", EMBEDDED);
  }

  /** Returns the first contact point as HOST:PORT, for {@code --contact-point}. */
  public static String contactPoint() {
    InetSocketAddress node = get().contactPoints().get(0);
    return node.getHostString() + ":" + node.getPort();
  }

  /**
   * Returns the session that all tests share. Tests must not close it and must change the schema
   * with {@link #define(List)} only.
   */
  public static CqlSession session() {
    return get().session;
  }

  /** Creates a keyspace with the given replication factor, limited to the number of nodes. */
  public static String newKeyspace(int replicationFactor) {
    String name = get().keyspacePrefix + KEYSPACES.incrementAndGet();
    define(
        String.format(
            "CREATE KEYSPACE %s WITH replication = {'class': 'NetworkTopologyStrategy', '%s': %d}",
            name, get().localDatacenter, Math.min(replicationFactor, get().nodes)));
    return name;
  }

  /** Runs {@link #define(List)} with one statement. */
  public static void define(String cql) {
    define(List.of(cql));
  }

  /**
   * Changes the schema and returns when every node and the shared session know the change.
   *
   * <p>The driver's own check asks one node after each statement, and that node reports agreement
   * until it hears of the change. This method sends all statements to one node and then compares
   * the schema versions of all nodes.
   */
  public static void define(List<String> statements) {
    CqlSession schema = get().schemaSession;
    Node node = schema.getMetadata().getNodes().values().iterator().next();
    for (String cql : statements) {
      schema.execute(SimpleStatement.newInstance(cql).setNode(node));
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (schemaVersions() > 1) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("The nodes do not agree on the schema after " + statements);
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    session().refreshSchema();
  }

  private static long schemaVersions() {
    SimpleStatement question =
        SimpleStatement.newInstance("SELECT schema_version FROM system.local");
    return session().getMetadata().getNodes().values().stream()
        .map(node -> session().execute(question.setNode(node)).one())
        .filter(Objects::nonNull)
        .map(row -> row.getUuid(0))
        .distinct()
        .count();
  }

  /** Returns the addresses to connect to. */
  public List<InetSocketAddress> contactPoints() {
    return contactPoints;
  }

  /** Returns the name of the only data centre. */
  public String localDatacenter() {
    return localDatacenter;
  }

  /** Returns the number of nodes. */
  public int nodes() {
    return nodes;
  }

  /**
   * Returns the JMX ports of the nodes on 127.0.0.1 for the embedded cluster. The list is empty for
   * a cluster that other runs may use, because counters would include their requests.
   */
  public static List<Integer> jmxPortsIfAlone() {
    return kind().equals(EMBEDDED)
        ? IntStream.range(FIRST_JMX_PORT, FIRST_JMX_PORT + NODES).boxed().toList()
        : List.of();
  }

  /** Opens a session that the caller closes. */
  public CqlSession newSession() {
    return newSession(config -> {});
  }

  /** Opens a session with additional driver settings; the caller closes it. */
  public CqlSession newSession(Consumer<ProgrammaticDriverConfigLoaderBuilder> settings) {
    ProgrammaticDriverConfigLoaderBuilder config =
        DriverConfigLoader.programmaticBuilder()
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
            .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, Duration.ofMillis(50))
            .withDuration(
                DefaultDriverOption.METADATA_SCHEMA_REQUEST_TIMEOUT, Duration.ofSeconds(30));
    settings.accept(config);
    return CqlSession.builder()
        .addContactPoints(contactPoints)
        .withLocalDatacenter(localDatacenter)
        .withConfigLoader(config.build())
        .build();
  }

  static synchronized void stop() throws Exception {
    TestCluster existing = instance;
    instance = null;
    if (existing != null) {
      existing.session.close();
      existing.schemaSession.close();
      existing.cluster.close();
    }
  }

  private static TestCluster embedded() {
    SandboxCluster cluster =
        TestTimes.start(
            NODES + " nodes with " + VNODES + " vnodes",
            SandboxCluster.builder()
                .nodes(NODES)
                .vnodes(VNODES)
                .jmxPort(FIRST_JMX_PORT)
                // The nodes live for the whole test run, so the second compiler pays off.
                .jvmOptions("-XX:TieredStopAtLevel=4")
                // The nodes are never restarted; without this option each schema change waits for
                // the disk.
                .jvmOptions("-Dcassandra.test.flush_local_schema_changes=false")
                .setting("materialized_views_enabled", true)
                .setting("user_defined_functions_enabled", true));
    return new TestCluster(
        cluster, cluster.contactPoints(), cluster.localDatacenter(), NODES, "ks");
  }

  private static TestCluster container() {
    CassandraContainer container = new CassandraContainer("cassandra:" + CASSANDRA);
    container.start();
    return new TestCluster(
        container, List.of(container.getContactPoint()), container.getLocalDatacenter(), 1, "ks");
  }

  private static TestCluster running(String address) {
    String[] parts = address.split(":", 2);
    InetSocketAddress contactPoint = new InetSocketAddress(parts[0], Integer.parseInt(parts[1]));
    try (CqlSession session =
        CqlSession.builder()
            .addContactPoint(contactPoint)
            .withConfigLoader(
                DriverConfigLoader.programmaticBuilder()
                    .withString(
                        DefaultDriverOption.LOAD_BALANCING_POLICY_CLASS,
                        "DcInferringLoadBalancingPolicy")
                    .build())
            .build()) {
      Collection<Node> nodes = session.getMetadata().getNodes().values();
      return new TestCluster(
          () -> {},
          List.of(contactPoint),
          Objects.requireNonNull(nodes.iterator().next().getDatacenter()),
          nodes.size(),
          "ks" + Long.toString(System.nanoTime(), Character.MAX_RADIX) + "_");
    }
  }
}
