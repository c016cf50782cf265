package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.LocalPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link SandboxCluster} and starts it. Each setting has a default; {@link #start()}
 * may be called several times if the clusters do not run at the same time.
 */
public final class SandboxClusterBuilder {

  private static final int CASSANDRA_JAVA = 17;

  private int nodes = 1;
  private int vnodes = 16;
  private int heapMegabytes = 1024;
  private int port = 9042;
  private int storagePort = 7000;
  private int jmxPort = 7199;
  private @Nullable Path directory;
  private @Nullable Path javaHome;
  private boolean keepData;
  private Duration startTimeout = Duration.ofMinutes(3);
  private Consumer<String> progress = line -> {};
  private final Map<String, Object> settings = new LinkedHashMap<>();
  private final List<String> jvmOptions = new ArrayList<>();

  SandboxClusterBuilder() {}

  /**
   * How many nodes, 1 to 32; 1 by default. On macOS a second loopback address must be made first.
   */
  public SandboxClusterBuilder nodes(int nodes) {
    this.nodes = within("nodes", nodes, 1, 32);
    return this;
  }

  /** How many tokens each node has, 1 to 1,536; 16 by default. */
  public SandboxClusterBuilder vnodes(int vnodes) {
    this.vnodes = within("vnodes", vnodes, 1, 1_536);
    return this;
  }

  /**
   * The folder for data and logs; a temporary one by default. It is made if need be and never
   * deleted. Data of an earlier cluster in it are used again, which takes the same number of nodes
   * and vnodes.
   */
  public SandboxClusterBuilder directory(Path directory) {
    this.directory = LocalPaths.require("directory", directory);
    return this;
  }

  /** Keeps a temporary folder after the end; by default it is deleted. */
  public SandboxClusterBuilder keepData() {
    this.keepData = true;
    return this;
  }

  /**
   * The largest heap of each node in MB, at least 256; 1,024 by default. A node needs some 300 MB
   * more than its heap.
   */
  public SandboxClusterBuilder heapMegabytes(int heapMegabytes) {
    this.heapMegabytes = within("heapMegabytes", heapMegabytes, 256, 1 << 20);
    return this;
  }

  /** The port for CQL on each node's address; 9042 by default. */
  public SandboxClusterBuilder port(int port) {
    this.port = within("port", port, 1, 65_535);
    return this;
  }

  /** The port for traffic between nodes, on each node's address; 7000 by default. */
  public SandboxClusterBuilder storagePort(int storagePort) {
    this.storagePort = within("storagePort", storagePort, 1, 65_535);
    return this;
  }

  /** The JMX port of the first node, on 127.0.0.1; the others follow on. 7199 by default. */
  public SandboxClusterBuilder jmxPort(int jmxPort) {
    this.jmxPort = within("jmxPort", jmxPort, 1, 65_535 - 32);
    return this;
  }

  /**
   * The home of a Java 17 for the nodes, as Cassandra 5.0 runs on no later one. By default that of
   * this process, if it is a Java 17.
   */
  public SandboxClusterBuilder javaHome(Path javaHome) {
    this.javaHome = Objects.requireNonNull(javaHome, "javaHome");
    return this;
  }

  /**
   * A setting of {@code cassandra.yaml}, over the sandbox's own. With {@code PasswordAuthenticator}
   * as {@code authenticator}, the start also waits for the superuser {@code cassandra}, whose
   * password is {@code cassandra}.
   *
   * @param value a string, number, boolean, or a list or map of them
   * @throws InvalidSettingException if the cluster itself decides this setting, such as an address
   */
  public SandboxClusterBuilder setting(String name, Object value) {
    if (CassandraYaml.OWN_SETTINGS.contains(name)) {
      throw new InvalidSettingException(
          name,
          "The setting "
              + name
              + " is the sandbox's own; its builder has methods for ports,"
              + " nodes, vnodes and the folder.");
    }
    settings.put(name, Objects.requireNonNull(value, name));
    return this;
  }

  /** Several settings of {@code cassandra.yaml}, as {@link #setting}. */
  public SandboxClusterBuilder settings(Map<String, ?> settings) {
    settings.forEach(this::setting);
    return this;
  }

  /**
   * Options for each node's Java virtual machine, after the sandbox's own, so that they win. By
   * default a node uses little CPU at its start and beside its work: the first compiler alone and
   * the serial collector. For long runs at full speed, such as benchmarks, give {@code
   * -XX:TieredStopAtLevel=4}, {@code -XX:-UseSerialGC} and {@code -XX:+UseParallelGC}: scans are
   * twice as fast then, once warm.
   */
  public SandboxClusterBuilder jvmOptions(String... options) {
    jvmOptions.addAll(Arrays.asList(options));
    return this;
  }

  /** How long the start may take, not counting a download; three minutes by default. */
  public SandboxClusterBuilder startTimeout(Duration startTimeout) {
    if (startTimeout.isNegative() || startTimeout.isZero()) {
      throw new InvalidSettingException("startTimeout", "startTimeout must be more than zero.");
    }
    this.startTimeout = startTimeout;
    return this;
  }

  /** Is told, line by line, what the start is at; nobody is by default. */
  public SandboxClusterBuilder onProgress(Consumer<String> progress) {
    this.progress = Objects.requireNonNull(progress, "progress");
    return this;
  }

  /**
   * Starts all nodes and waits until they form one cluster that answers on each address.
   *
   * @throws BulkOperationException if a port is taken, Cassandra cannot be fetched, or a node ends
   *     or is not up in time; the message then ends with the end of its log. Nothing is left
   *     running
   */
  public SandboxCluster start() {
    requireDistinctPorts();
    Path home = javaHome == null ? ownJavaHome() : javaHome;
    Path given = directory;
    return SandboxCluster.start(
        new SandboxSettings(
            nodes,
            vnodes,
            given == null ? temporaryDirectory() : given.toAbsolutePath().normalize(),
            given == null && !keepData,
            heapMegabytes,
            port,
            storagePort,
            jmxPort,
            home,
            Map.copyOf(settings),
            List.copyOf(jvmOptions),
            startTimeout,
            progress));
  }

  /** JMX ports are on 127.0.0.1, as the first node's other ports are. */
  private void requireDistinctPorts() {
    boolean inJmxRange =
        (port >= jmxPort && port < jmxPort + nodes)
            || (storagePort >= jmxPort && storagePort < jmxPort + nodes);
    if (port == storagePort || inJmxRange) {
      throw new InvalidSettingException(
          "port",
          "The ports overlap: CQL "
              + port
              + ", storage "
              + storagePort
              + ", JMX "
              + jmxPort
              + " to "
              + (jmxPort + nodes - 1)
              + ".");
    }
  }

  private static Path ownJavaHome() {
    int version = Runtime.version().feature();
    if (version != CASSANDRA_JAVA) {
      throw new InvalidSettingException(
          "javaHome",
          "Cassandra "
              + SandboxCluster.CASSANDRA_VERSION
              + " needs Java "
              + CASSANDRA_JAVA
              + ", and this is Java "
              + version
              + ": set javaHome to the home of a Java "
              + CASSANDRA_JAVA
              + ".");
    }
    return Path.of(System.getProperty("java.home"));
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("ringhaul-sandbox-");
    } catch (IOException e) {
      throw new StorageException(
          System.getProperty("java.io.tmpdir"), "No temporary folder can be made: " + e, e);
    }
  }

  private static int within(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new InvalidSettingException(
          name, name + " must be from " + least + " to " + most + ", not " + value + ".");
    }
    return value;
  }
}
