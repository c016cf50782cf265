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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Builds and starts a {@link SandboxCluster}. All settings have defaults. {@link #start()} can be
 * called again if the clusters do not run at the same time.
 */
public final class SandboxClusterBuilder {

  private static final int CASSANDRA_JAVA = 17;

  /** The full version of each series of Cassandra. */
  private static final Map<String, String> VERSIONS =
      Map.of("4.0", "4.0.19", "4.1", "4.1.10", "5.0", SandboxCluster.CASSANDRA_VERSION);

  private static final Pattern FULL_VERSION = Pattern.compile("(4\\.0|4\\.1|5\\.0)\\.[0-9]+");

  private String version = SandboxCluster.CASSANDRA_VERSION;
  private List<Integer> datacenters = List.of(1);
  private int racks = 1;
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
   * Sets the version of Cassandra: {@code 4.0}, {@code 4.1} or {@code 5.0}, or a full version of
   * one of these, such as {@code 4.1.9}. Default: {@value SandboxCluster#CASSANDRA_VERSION}.
   *
   * @throws InvalidSettingException if the sandbox cannot start this version
   */
  public SandboxClusterBuilder cassandra(String version) {
    String full = VERSIONS.getOrDefault(version, version);
    if (!FULL_VERSION.matcher(full).matches()) {
      throw new InvalidSettingException(
          "cassandra",
          "The sandbox cannot start Cassandra "
              + version
              + ": name 4.0, 4.1 or 5.0, or a full version such as 4.1.9.");
    }
    this.version = full;
    return this;
  }

  /**
   * Sets the number of nodes, 1 to 32, all in the data centre {@code dc1}. Default: 1. On macOS,
   * additional loopback addresses must be created first.
   */
  public SandboxClusterBuilder nodes(int nodes) {
    return datacenters(nodes);
  }

  /**
   * Sets the number of nodes in each of the data centres {@code dc1}, {@code dc2} and so on, 1 to
   * 32 nodes in all. The first nodes are in {@code dc1}. Default: one data centre with one node.
   */
  public SandboxClusterBuilder datacenters(int... nodes) {
    within("nodes", Arrays.stream(nodes).sum(), 1, 32);
    Arrays.stream(nodes).forEach(each -> within("nodes", each, 1, 32));
    this.datacenters = Arrays.stream(nodes).boxed().toList();
    return this;
  }

  /**
   * Sets the number of racks of each data centre, 1 to 32. Its nodes are in them in turn. Default:
   * 1.
   */
  public SandboxClusterBuilder racks(int racks) {
    this.racks = within("racks", racks, 1, 32);
    return this;
  }

  /** Sets the number of tokens per node, 1 to 1,536. Default: 16. */
  public SandboxClusterBuilder vnodes(int vnodes) {
    this.vnodes = within("vnodes", vnodes, 1, 1_536);
    return this;
  }

  /**
   * Sets the folder for data and logs. It is created if it is missing, and never deleted. Existing
   * data of an earlier cluster is used again, which requires the same number of nodes and vnodes.
   * Default: a temporary folder.
   */
  public SandboxClusterBuilder directory(Path directory) {
    this.directory = LocalPaths.require("directory", directory);
    return this;
  }

  /** Keeps a temporary folder after the cluster ends. Default: the folder is deleted. */
  public SandboxClusterBuilder keepData() {
    this.keepData = true;
    return this;
  }

  /**
   * Sets the maximum heap of each node in MB, at least 256. A node needs about 300 MB in addition
   * to its heap. Default: 1,024.
   */
  public SandboxClusterBuilder heapMegabytes(int heapMegabytes) {
    this.heapMegabytes = within("heapMegabytes", heapMegabytes, 256, 1 << 20);
    return this;
  }

  /** Sets the CQL port on each node's address. Default: 9042. */
  public SandboxClusterBuilder port(int port) {
    this.port = within("port", port, 1, 65_535);
    return this;
  }

  /** Sets the port for traffic between nodes, on each node's address. Default: 7000. */
  public SandboxClusterBuilder storagePort(int storagePort) {
    this.storagePort = within("storagePort", storagePort, 1, 65_535);
    return this;
  }

  /**
   * Sets the JMX port of the first node on 127.0.0.1; each further node uses the next port.
   * Default: 7199.
   */
  public SandboxClusterBuilder jmxPort(int jmxPort) {
    this.jmxPort = within("jmxPort", jmxPort, 1, 65_535 - 32);
    return this;
  }

  /**
   * Sets the home of a Java 17 for the nodes; Cassandra does not run on later versions. Default:
   * the Java of this process, if it is Java 17.
   */
  public SandboxClusterBuilder javaHome(Path javaHome) {
    this.javaHome = Objects.requireNonNull(javaHome, "javaHome");
    return this;
  }

  /**
   * Sets a value of {@code cassandra.yaml}, which overrides the sandbox's value. With {@code
   * PasswordAuthenticator} as {@code authenticator}, the start also waits for the superuser {@code
   * cassandra}, whose password is {@code cassandra}.
   *
   * @param value a string, number or boolean, or a list or map of these
   * @throws InvalidSettingException if the cluster controls this setting, such as an address
   */
  public SandboxClusterBuilder setting(String name, Object value) {
    if (CassandraYaml.OWN_SETTINGS.contains(name)) {
      throw new InvalidSettingException(
          name,
          "The setting "
              + name
              + " is controlled by the sandbox; use the builder's methods for ports,"
              + " nodes, vnodes and the folder.");
    }
    settings.put(name, Objects.requireNonNull(value, name));
    return this;
  }

  /** Sets several values of {@code cassandra.yaml}, as {@link #setting} does. */
  public SandboxClusterBuilder settings(Map<String, ?> settings) {
    settings.forEach(this::setting);
    return this;
  }

  /**
   * Adds JVM options for each node, after the sandbox's options, which they override. By default a
   * node saves CPU at its start and in operation: only the first compiler and the serial collector.
   * For long runs at full speed, such as benchmarks, use {@code -XX:TieredStopAtLevel=4}, {@code
   * -XX:-UseSerialGC} and {@code -XX:+UseParallelGC}: scans are then twice as fast after warm-up.
   */
  public SandboxClusterBuilder jvmOptions(String... options) {
    jvmOptions.addAll(Arrays.asList(options));
    return this;
  }

  /** Sets the timeout of the start, excluding downloads. Default: three minutes. */
  public SandboxClusterBuilder startTimeout(Duration startTimeout) {
    if (startTimeout.isNegative() || startTimeout.isZero()) {
      throw new InvalidSettingException("startTimeout", "startTimeout must be greater than zero.");
    }
    this.startTimeout = startTimeout;
    return this;
  }

  /**
   * Sets a listener for the progress of the start, called with one line at a time. Default: none.
   */
  public SandboxClusterBuilder onProgress(Consumer<String> progress) {
    this.progress = Objects.requireNonNull(progress, "progress");
    return this;
  }

  /**
   * Starts all nodes and waits until they form one cluster that answers on each address.
   *
   * @throws BulkOperationException if a port is in use, Cassandra cannot be downloaded, or a node
   *     ends or is not up in time; the message contains the end of its log. No node is left running
   */
  public SandboxCluster start() {
    requireDistinctPorts();
    Path home = javaHome == null ? ownJavaHome() : javaHome;
    Path given = directory;
    return SandboxCluster.start(
        new SandboxSettings(
            version,
            datacenters,
            racks,
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

  /** JMX ports are on 127.0.0.1, which is also the first node's address. */
  private void requireDistinctPorts() {
    int nodes = datacenters.stream().mapToInt(Integer::intValue).sum();
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

  private Path ownJavaHome() {
    int java = Runtime.version().feature();
    if (java != CASSANDRA_JAVA) {
      throw new InvalidSettingException(
          "javaHome",
          "Cassandra "
              + version
              + " requires Java "
              + CASSANDRA_JAVA
              + ", but this is Java "
              + java
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
          System.getProperty("java.io.tmpdir"), "The temporary folder cannot be created: " + e, e);
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
