package io.ringhaul.cluster;

import com.datastax.oss.driver.api.core.CqlSession;
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
 * A real cluster, started when a test first asks for it and ended with the test run.
 *
 * <p>The system property {@code ringhaul.cluster} chooses: {@code embedded} (default) starts three
 * nodes with 256 vnodes each as processes of this machine, {@code testcontainers} one node in a
 * container, and anything else is the {@code host:port} of a cluster that runs already, whose
 * keyspaces of other runs are left alone.
 */
public final class TestCluster {

  private static final String EMBEDDED = "embedded";
  private static final String CONTAINERS = "testcontainers";
  private static final int NODES = 3;
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

  /** The one of {@link #define(List)} is enough: the driver's waits up to a second for gossip. */
  private static ProgrammaticDriverConfigLoaderBuilder withoutAgreement(
      ProgrammaticDriverConfigLoaderBuilder config) {
    return config.withDuration(
        DefaultDriverOption.CONTROL_CONNECTION_AGREEMENT_TIMEOUT, Duration.ZERO);
  }

  /** The cluster of this run. */
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

  /** Whether the run was asked to use a container engine. */
  public static boolean usesContainers() {
    return CONTAINERS.equals(kind());
  }

  private static String kind() {
    return System.getProperty("ringhaul.cluster", EMBEDDED);
  }

  /**
   * A session that all tests share; nobody closes it. The schema is changed by {@link
   * #define(List)} alone.
   */
  public static CqlSession session() {
    return get().session;
  }

  /** A new keyspace with that replication factor, or as much of it as there are nodes. */
  public static String newKeyspace(int replicationFactor) {
    String name = get().keyspacePrefix + KEYSPACES.incrementAndGet();
    define(
        String.format(
            "CREATE KEYSPACE %s WITH replication = {'class': 'NetworkTopologyStrategy', '%s': %d}",
            name, get().localDatacenter, Math.min(replicationFactor, get().nodes)));
    return name;
  }

  /** {@link #define(List)} of one statement. */
  public static void define(String cql) {
    define(List.of(cql));
  }

  /**
   * Changes the schema and returns when every node and the shared session know of it. The driver
   * would ask one node after each statement whether all agree, and that node says so too as long as
   * it has not heard of the change. Here one node takes all statements, and then each is asked.
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

  /** The addresses to connect to. */
  public List<InetSocketAddress> contactPoints() {
    return contactPoints;
  }

  /** The cluster's only data centre. */
  public String localDatacenter() {
    return localDatacenter;
  }

  /** How many nodes the cluster has. */
  public int nodes() {
    return nodes;
  }

  /**
   * The JMX ports of the nodes on 127.0.0.1, if this run is the only one that uses the cluster;
   * else none, as what others do would be counted too.
   */
  public static List<Integer> jmxPortsIfAlone() {
    return kind().equals(EMBEDDED)
        ? IntStream.range(FIRST_JMX_PORT, FIRST_JMX_PORT + NODES).boxed().toList()
        : List.of();
  }

  /** A session of the test's own, to be closed by it. */
  public CqlSession newSession() {
    return newSession(config -> {});
  }

  /** The same, with settings of its own. */
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
        SandboxCluster.builder()
            .nodes(NODES)
            .vnodes(256)
            .jmxPort(FIRST_JMX_PORT)
            // They live for as long as all tests, which pays for the second compiler.
            .jvmOptions("-XX:TieredStopAtLevel=4")
            // None of them is started again, and each change of the schema else waits for disks.
            .jvmOptions("-Dcassandra.test.flush_local_schema_changes=false")
            .setting("materialized_views_enabled", true)
            .setting("user_defined_functions_enabled", true)
            .start();
    return new TestCluster(
        cluster, cluster.contactPoints(), cluster.localDatacenter(), NODES, "ks");
  }

  private static TestCluster container() {
    CassandraContainer container = new CassandraContainer("cassandra:5.0");
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
