package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.cluster.TestTimes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connects to a node that requires a login, with TLS at one port and without at another. */
class SecuredNodeIT {

  private static final int PORT = 9642;
  private static final int TLS_PORT = 9643;
  private static final String SECRET = "changeit";

  @TempDir private static Path folder;

  private static SandboxCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    keytool(
            "-genkeypair",
            "-keyalg",
            "EC",
            "-dname",
            "CN=node",
            "-ext",
            "san=ip:127.0.0.1,dns:localhost")
        .store("node.p12");
    keytool("-exportcert", "-rfc", "-file", file("node.pem")).store("node.p12");
    keytool("-importcert", "-noprompt", "-file", file("node.pem")).store("trusted.p12");
    keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=other").store("other.p12");
    cluster =
        TestTimes.start(
            "a node with a login and TLS",
            SandboxCluster.builder()
                .heapMegabytes(512)
                .port(PORT)
                .storagePort(7642)
                .jmxPort(7742)
                .setting("authenticator", "PasswordAuthenticator")
                .setting("native_transport_port_ssl", TLS_PORT)
                .setting(
                    "client_encryption_options",
                    Map.of(
                        "enabled",
                        true,
                        "optional",
                        false,
                        "keystore",
                        file("node.p12"),
                        "keystore_password",
                        SECRET,
                        "store_type",
                        "PKCS12")));
    try (CqlSession session =
        CqlSession.builder()
            .addContactPoints(cluster.contactPoints())
            .withLocalDatacenter(cluster.localDatacenter())
            .withAuthCredentials("cassandra", "cassandra")
            .withConfigLoader(
                DriverConfigLoader.programmaticBuilder()
                    .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(60))
                    .build())
            .build()) {
      session.execute(
          "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor':"
              + " 1}");
      session.execute("CREATE TABLE k.t (id int PRIMARY KEY)");
      session.execute("INSERT INTO k.t (id) VALUES (1)");
    }
    CommandProcess.installIn(folder, folder);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void countsWithLogin() throws Exception {
    CapturedRun run = count("cassandra", PORT, "--username=cassandra");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("count k.t: 1 row in ");
  }

  @Test
  void countsOverTls() throws Exception {
    CapturedRun run = count("cassandra", TLS_PORT, "--username=cassandra", tls("trusted.p12"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("count k.t: 1 row in ");
  }

  @Test
  void reportsWrongPassword() throws Exception {
    assertFails(
        count("wrong", PORT, "--username=cassandra"),
        "Authentication failed at 127.0.0.1:9642 (",
        "Provided username cassandra and/or password are incorrect",
        "). Check --username and RINGHAUL_PASSWORD, or the login in the file of --driver-config");
  }

  @Test
  void reportsMissingLogin() throws Exception {
    assertFails(
        count("cassandra", PORT),
        "Authentication failed at 127.0.0.1:9642 (",
        "). Check --username and RINGHAUL_PASSWORD, or the login in the file of --driver-config");
  }

  @Test
  void reportsMissingPassword() throws Exception {
    CapturedRun run =
        ended("count k.t --contact-point=127.0.0.1:" + PORT + " --username=cassandra < /dev/null");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .contains("No terminal is available to enter the password: set RINGHAUL_PASSWORD");
  }

  @Test
  void reportsUntrustedCertificate() throws Exception {
    assertFails(
        count("cassandra", TLS_PORT, "--username=cassandra", tls("other.p12")),
        "The TLS connection to 127.0.0.1:9643 failed (",
        "PKIX path ",
        "). Check the TLS settings in the file of --driver-config");
  }

  @Test
  void reportsPortThatExpectsTls() throws Exception {
    assertFails(
        count("cassandra", TLS_PORT, "--username=cassandra"),
        "127.0.0.1:9643 closed the connection. Check the port in --contact-point; if the node"
            + " expects TLS, configure it in a file for --driver-config");
  }

  @Test
  void reportsPortWithoutTls() throws Exception {
    assertFails(
        count("cassandra", PORT, "--username=cassandra", tls("trusted.p12")),
        "The TLS connection to 127.0.0.1:9642 failed (not an SSL/TLS record). Check the TLS settings in the file of --driver-config");
  }

  private static void assertFails(CapturedRun run, String... parts) {
    assertThat(run.exitCode()).isEqualTo(1);
    // With TLS, the driver looks the name of an address up.
    assertThat(run.err().replace("localhost:", "127.0.0.1:"))
        .contains("ringhaul: No node could be reached at 127.0.0.1:964")
        .containsSubsequence(parts)
        .doesNotContain("\tat ");
  }

  private static CapturedRun count(String password, int port, String... more) throws Exception {
    return ended(
        "count k.t --contact-point=127.0.0.1:" + port + " " + String.join(" ", more), password);
  }

  private static CapturedRun ended(String words) throws Exception {
    return CommandProcess.shell(folder, "ringhaul " + words).ended();
  }

  private static CapturedRun ended(String words, String password) throws Exception {
    return CommandProcess.shell(folder, "RINGHAUL_PASSWORD=" + password + " ringhaul " + words)
        .ended();
  }

  /** The option for a driver file that trusts the certificates of a store. */
  private static String tls(String store) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve(store + ".conf"),
            """
            datastax-java-driver.advanced.ssl-engine-factory {
              class = DefaultSslEngineFactory
              truststore-path = "%s"
              truststore-password = "%s"
            }
            """
                .formatted(folder.resolve(store), SECRET));
    return "--driver-config=" + config;
  }

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  private static Keytool keytool(String... arguments) {
    return new Keytool(List.of(arguments));
  }

  private record Keytool(List<String> arguments) {

    void store(String name) throws IOException, InterruptedException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
      command.addAll(arguments);
      command.addAll(List.of("-alias", "node", "-storetype", "PKCS12", "-storepass", SECRET));
      command.addAll(List.of("-keystore", file(name)));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
    }
  }
}
