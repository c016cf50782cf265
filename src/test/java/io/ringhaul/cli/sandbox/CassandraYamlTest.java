package io.ringhaul.cli.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CassandraYamlTest {

  private static final Path DATA = Path.of("/somewhere/with a space/node2/data");

  @Test
  void setsNodeIdentity() {
    assertThat(yaml(Map.of()))
        .contains(
            "listen_address: \"127.0.0.2\"",
            "rpc_address: \"127.0.0.2\"",
            "native_transport_port: 9142",
            "storage_port: 7100",
            "num_tokens: 1",
            "initial_token: \"" + CassandraYaml.SandboxTokens.allot(2, 1).get(1).get(0) + "\"",
            "auto_bootstrap: false");
    assertThat(line("seed_provider", Map.of()))
        .startsWith("seed_provider: [{")
        .contains("\"class_name\":\"org.apache.cassandra.locator.SimpleSeedProvider\"")
        .contains("\"parameters\":[{\"seeds\":\"127.0.0.1:7100,127.0.0.2:7100\"}]");
  }

  @Test
  void joiningNodeBootstraps() {
    assertThat(yaml(3, Map.of()))
        .contains(
            "listen_address: \"127.0.0.3\"",
            "initial_token: \"" + CassandraYaml.SandboxTokens.added(3, 1).get(0) + "\"",
            "auto_bootstrap: true");
    assertThat(
            yaml(3, Map.of()).stream().filter(each -> each.startsWith("seed_provider:")).toList())
        .singleElement()
        .asString()
        .doesNotContain("127.0.0.3");
  }

  @Test
  void keepsAllDataInNodeFolder() {
    assertThat(yaml(Map.of()))
        .contains(
            "data_file_directories: [\"" + DATA + "/tables\"]",
            "commitlog_directory: \"" + DATA + "/commitlog\"",
            "saved_caches_directory: \"" + DATA + "/saved_caches\"",
            "hints_directory: \"" + DATA + "/hints\"",
            "cdc_raw_directory: \"" + DATA + "/cdc\"");
  }

  @Test
  void userSettingsOverrideDefaults() {
    Map<String, Object> settings =
        Map.of(
            "concurrent_reads",
            2,
            "authenticator",
            Map.of("class_name", "PasswordAuthenticator"),
            "table_properties_ignored",
            List.of("a: b", "say \"c\""),
            "materialized_views_enabled",
            true);
    assertThat(yaml(settings))
        .contains(
            "concurrent_reads: 2",
            "authenticator: {\"class_name\":\"PasswordAuthenticator\"}",
            "table_properties_ignored: [\"a: b\",\"say \\\"c\\\"\"]",
            "materialized_views_enabled: true");
    assertThat(line("concurrent_reads", settings)).isEqualTo("concurrent_reads: 2");
  }

  @Test
  void writesEachSettingOnce() {
    List<String> names =
        yaml(Map.of("key_cache_size", "1MiB")).stream()
            .map(line -> line.substring(0, line.indexOf(':')))
            .toList();
    assertThat(names).doesNotHaveDuplicates().containsAll(CassandraYaml.OWN_SETTINGS);
  }

  @Test
  void uses40NamesAndUnits() {
    assertThat(yaml("4.0.19", 1, Map.of("materialized_views_enabled", true)))
        .contains(
            "commitlog_sync_period_in_ms: 10000",
            "key_cache_size_in_mb: 16",
            "enable_materialized_views: true",
            "concurrent_reads: 16")
        .noneMatch(line -> line.matches("(commitlog_sync_period|key_cache_size|.*_enabled):.*"));
  }

  @Test
  void rejectsValueThatYamlCannotHold() {
    assertThatThrownBy(() -> yaml(Map.of("x", new Object())))
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("x"));
  }

  private static String line(String name, Map<String, Object> settings) {
    return yaml(settings).stream()
        .filter(line -> line.startsWith(name + ":"))
        .reduce((one, other) -> one + "\n" + other)
        .orElseThrow();
  }

  private static List<String> yaml(Map<String, Object> settings) {
    return yaml(2, settings);
  }

  private static List<String> yaml(int node, Map<String, Object> settings) {
    return yaml("5.0.6", node, settings);
  }

  private static List<String> yaml(String version, int node, Map<String, Object> settings) {
    SandboxSettings cluster =
        new SandboxSettings(
            version,
            List.of(2),
            1,
            1,
            Path.of("/somewhere"),
            false,
            1024,
            9142,
            7100,
            7199,
            Path.of("/java"),
            settings,
            List.of(),
            Duration.ofMinutes(1),
            line -> {});
    return CassandraYaml.of(cluster, node, DATA).lines().toList();
  }
}
