package io.ringhaul.scylla;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * The {@link ScyllaContract} on a real ScyllaDB: the running one that {@code -Dringhaul.cluster}
 * names, else one in a container. Skipped if the named cluster is no ScyllaDB, or if there is
 * neither a named cluster nor a container engine.
 */
@ExtendWith(ScyllaClusterIT.Condition.class)
class ScyllaClusterIT extends ScyllaContract {

  private static final String IMAGE = "scylladb/scylla:2025.4";
  private static final int PORT = 9042;

  private @Nullable GenericContainer<?> container;
  private @Nullable CqlSession session;

  /** Tells why the tests are skipped. */
  static final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      String address = runningCluster();
      if (address == null && !DockerClientFactory.instance().isDockerAvailable()) {
        return ConditionEvaluationResult.disabled(
            "-Dringhaul.cluster names no ScyllaDB, and no container engine is available");
      }
      if (address != null && !isScylla(address)) {
        return ConditionEvaluationResult.disabled(
            "the cluster at " + address + " (-Dringhaul.cluster) is no ScyllaDB");
      }
      return ConditionEvaluationResult.enabled("a ScyllaDB is available");
    }
  }

  /** Returns the host and port of a cluster; null if the property selects another cluster. */
  private static @Nullable String runningCluster() {
    String cluster = System.getProperty("ringhaul.cluster", "");
    return cluster.contains(":") ? cluster : null;
  }

  private static boolean isScylla(String address) {
    try (CqlSession session = connect(address)) {
      return session.execute("SELECT version FROM system.versions").one() != null;
    } catch (DriverException e) {
      return false;
    }
  }

  private static CqlSession connect(String address) {
    int colon = address.lastIndexOf(':');
    return CqlSession.builder()
        .addContactPoint(
            new InetSocketAddress(
                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))))
        .withConfigLoader(
            DriverConfigLoader.programmaticBuilder()
                .withString(
                    DefaultDriverOption.LOAD_BALANCING_POLICY_CLASS,
                    "DcInferringLoadBalancingPolicy")
                .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                .build())
        .build();
  }

  @Override
  CqlSession session() {
    CqlSession open = session;
    if (open == null) {
      open = connect(Objects.requireNonNullElseGet(runningCluster(), this::startContainer));
      session = open;
    }
    return open;
  }

  private String startContainer() {
    GenericContainer<?> scylla =
        new GenericContainer<>(IMAGE)
            .withExposedPorts(PORT)
            .withCommand("--smp", "2", "--memory", "1G", "--overprovisioned", "1")
            .waitingFor(Wait.forLogMessage(".*initialization completed.*", 1))
            .withStartupTimeout(Duration.ofMinutes(3));
    container = scylla;
    scylla.start();
    return scylla.getHost() + ":" + scylla.getMappedPort(PORT);
  }

  @Override
  void placeOnTablets(String keyspace, String table) {
    // ScyllaDB has placed them: their keyspace enables tablets.
  }

  @Override
  void close() {
    if (session != null) {
      session.close();
    }
    if (container != null) {
      container.stop();
    }
  }
}
