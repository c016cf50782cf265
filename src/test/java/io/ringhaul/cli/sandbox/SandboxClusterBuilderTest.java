package io.ringhaul.cli.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SandboxClusterBuilderTest {

  private final SandboxClusterBuilder builder = SandboxCluster.builder();

  @Test
  void rejectsValuesOutOfBoundsByName() {
    refused("nodes", () -> builder.nodes(0));
    refused("nodes", () -> builder.nodes(33));
    refused("nodes", () -> builder.datacenters());
    refused("nodes", () -> builder.datacenters(2, 0));
    refused("racks", () -> builder.racks(0));
    refused("cassandra", () -> builder.cassandra("3.11"));
    refused("cassandra", () -> builder.cassandra("4.1.x"));
    refused("vnodes", () -> builder.vnodes(0));
    refused("vnodes", () -> builder.vnodes(1_537));
    refused("heapMegabytes", () -> builder.heapMegabytes(255));
    refused("port", () -> builder.port(0));
    refused("storagePort", () -> builder.storagePort(65_536));
    refused("jmxPort", () -> builder.jmxPort(65_535));
    refused("startTimeout", () -> builder.startTimeout(Duration.ZERO));
  }

  @Test
  void rejectsSettingsOfCluster() {
    refused("listen_address", () -> builder.setting("listen_address", "10.0.0.1"));
    refused("num_tokens", () -> builder.settings(Map.of("num_tokens", 4)));
  }

  @Test
  void rejectsOverlappingPorts() {
    refused("port", () -> builder.port(7000).start());
    refused("port", () -> SandboxCluster.builder().nodes(3).port(7201).start());
    refused("port", () -> SandboxCluster.builder().storagePort(7199).start());
  }

  private static void refused(String setting, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo(setting));
  }
}
