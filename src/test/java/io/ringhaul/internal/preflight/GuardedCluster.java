package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cluster.TestTimes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.Attribute;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import org.jspecify.annotations.Nullable;

/**
 * A one-node cluster with authentication, permissions, column masks and guardrails, and sessions of
 * its roles.
 */
final class GuardedCluster implements AutoCloseable {

  static final int PORT = 9342;

  private static final String GUARDRAILS = "org.apache.cassandra.db:type=Guardrails";

  private final SandboxCluster cluster;
  private final Map<String, CqlSession> sessions = new LinkedHashMap<>();

  private GuardedCluster(SandboxCluster cluster) {
    this.cluster = cluster;
  }

  static GuardedCluster start() {
    return new GuardedCluster(
        TestTimes.start(
            "nodes with guardrails",
            SandboxCluster.builder()
                .vnodes(4)
                .heapMegabytes(512)
                .port(PORT)
                .storagePort(7343)
                .jmxPort(7443)
                .setting("authenticator", "PasswordAuthenticator")
                .setting("authorizer", "CassandraAuthorizer")
                .setting("role_manager", "CassandraRoleManager")
                .setting("permissions_validity", "0ms")
                .setting("roles_validity", "0ms")
                .setting("materialized_views_enabled", true)
                .setting("dynamic_data_masking_enabled", true)
                .setting("allow_filtering_enabled", false)
                .setting("page_size_fail_threshold", 2_000)
                .setting("read_consistency_levels_disallowed", List.of("ALL"))
                .setting("write_consistency_levels_disallowed", List.of("ANY", "ALL"))
                .setting("items_per_collection_fail_threshold", 10)
                .setting("collection_size_fail_threshold", "64KiB")
                .setting("batch_size_fail_threshold", "1KiB")));
  }

  /** Returns a session of the superuser. */
  CqlSession admin() {
    return as("cassandra");
  }

  /** Returns a session of a role. Each role's password is its name. */
  CqlSession as(String role) {
    return sessions.computeIfAbsent(role, this::newSession);
  }

  CqlSession newSession(String role) {
    return newSession(role, 500);
  }

  /**
   * @param schemaPage page size in rows for the driver's schema queries
   */
  CqlSession newSession(String role, int schemaPage) {
    return CqlSession.builder()
        .addContactPoints(cluster.contactPoints())
        .withLocalDatacenter(cluster.localDatacenter())
        .withAuthCredentials(role, role)
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(20))
                .withInt(DefaultDriverOption.METADATA_SCHEMA_REQUEST_PAGE_SIZE, schemaPage)
                .withInt(DefaultDriverOption.SESSION_LEAK_THRESHOLD, 0)
                .build())
        .build();
  }

  /** Sets the oldest write time that the running node accepts, as an age such as {@code 365d}. */
  void minimumTimestamp(@Nullable String age) throws Exception {
    manage(
        node ->
            node.invoke(
                new ObjectName(GUARDRAILS),
                "setMinimumTimestampThreshold",
                new @Nullable Object[] {null, age},
                new String[] {String.class.getName(), String.class.getName()}));
  }

  /** Sets the page size guardrail of the running node, in rows. */
  void pageSizeThreshold(int rows) throws Exception {
    manage(
        node ->
            node.invoke(
                new ObjectName(GUARDRAILS),
                "setPageSizeThreshold",
                new @Nullable Object[] {-1, rows},
                new String[] {int.class.getName(), int.class.getName()}));
  }

  /** Sets a guardrail of the running node. */
  void guardrail(String attribute, Object value) throws Exception {
    manage(
        node -> {
          node.setAttribute(new ObjectName(GUARDRAILS), new Attribute(attribute, value));
          return value;
        });
  }

  /** Flushes a keyspace and refreshes the node's size estimates. */
  void refreshSizeEstimates(String keyspace) {
    cluster.node(1).flush(keyspace);
    cluster.node(1).refreshSizeEstimates();
  }

  private interface Step {
    @Nullable Object run(MBeanServerConnection node) throws Exception;
  }

  @SuppressWarnings("BanJNDI") // the address is that of a local test node
  private void manage(Step step) throws Exception {
    try (JMXConnector connector = JMXConnectorFactory.connect(cluster.node(1).jmxUrl())) {
      step.run(connector.getMBeanServerConnection());
    }
  }

  @Override
  public void close() {
    sessions.values().forEach(CqlSession::close);
    cluster.close();
  }
}
