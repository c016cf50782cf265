package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A real Cassandra cluster on this machine. Node N is a separate JVM process on 127.0.0.N. Clusters
 * with the same number of nodes and vnodes have the same tokens.
 *
 * <pre>{@code
 * try (SandboxCluster cluster = SandboxCluster.builder().nodes(3).vnodes(256).start();
 *     CqlSession session =
 *         CqlSession.builder()
 *             .addContactPoints(cluster.contactPoints())
 *             .withLocalDatacenter(cluster.localDatacenter())
 *             .build()) {
 *   session.execute("SELECT release_version FROM system.local");
 * }
 * }</pre>
 *
 * <p>The nodes end with this process. After SIGKILL of this process the nodes also end, but a
 * temporary folder stays.
 */
public final class SandboxCluster implements AutoCloseable {

  /** The default version of Cassandra on the nodes. */
  public static final String CASSANDRA_VERSION = "5.0.6";

  static final String DATACENTER = "dc1";

  private final SandboxSettings settings;
  private final List<SandboxNode> nodes;
  private final Thread atExit = new Thread(this::abandon, "sandbox-at-exit");
  private final AtomicBoolean deleted = new AtomicBoolean();
  private List<Path> classPath = List.of();
  private boolean closed;

  private SandboxCluster(SandboxSettings settings) {
    this.settings = settings;
    this.nodes =
        new CopyOnWriteArrayList<>(
            IntStream.rangeClosed(1, settings.nodes())
                .mapToObj(number -> new SandboxNode(this, number, files(settings, number)))
                .toList());
  }

  /** Returns a builder for a cluster. */
  public static SandboxClusterBuilder builder() {
    return new SandboxClusterBuilder();
  }

  /** Starts all nodes concurrently and waits until they form one cluster. */
  static SandboxCluster start(SandboxSettings settings) {
    SandboxCluster cluster = new SandboxCluster(settings);
    Runtime.getRuntime().addShutdownHook(cluster.atExit);
    try {
      cluster.startNodes();
    } catch (RuntimeException e) {
      cluster.closeAfter(e);
      throw e;
    }
    return cluster;
  }

  /**
   * The addresses of all nodes, running or not, for {@code CqlSession.builder().addContactPoints}.
   */
  public List<InetSocketAddress> contactPoints() {
    return nodes.stream().map(SandboxNode::address).toList();
  }

  /** The name of the first data centre: {@code dc1}. */
  public String localDatacenter() {
    return DATACENTER;
  }

  /** The nodes, ordered by number. */
  public List<SandboxNode> nodes() {
    return List.copyOf(nodes);
  }

  /**
   * Adds a node, which takes over a share of the ring, and waits until it has streamed its data.
   * All other nodes must be running. A cluster that is started again on the same folder does not
   * include the added node.
   *
   * @throws BulkOperationException if a port is in use or the node does not join in time; the
   *     message contains the end of its log. The node is then down
   */
  public SandboxNode addNode() {
    synchronized (this) {
      requireOpen();
      int number = nodes.size() + 1;
      SandboxNode node = new SandboxNode(this, number, files(settings, number));
      nodes.add(node);
      node.start();
      return node;
    }
  }

  /**
   * Returns a node.
   *
   * @param number from 1
   * @throws InvalidSettingException if there is no such node
   */
  public SandboxNode node(int number) {
    if (number < 1 || number > nodes.size()) {
      throw new InvalidSettingException(
          "node", "There is no node " + number + "; valid nodes are 1 to " + nodes.size() + ".");
    }
    return nodes.get(number - 1);
  }

  /** The folder with one subfolder per node for its data, configuration and logs. */
  public Path directory() {
    return settings.directory();
  }

  /**
   * Ends all nodes and waits for them. With a temporary folder, kills the nodes and deletes the
   * folder; otherwise stops the nodes in an orderly way. Further calls have no effect.
   *
   * @throws BulkOperationException if a node cannot be ended or the folder cannot be deleted
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is shutting down: the hook runs or has run and has no further effect.
    }
    if (settings.ownDirectory()) {
      endAll();
      deleteDirectory();
    } else {
      stopAll();
    }
  }

  SandboxSettings settings() {
    return settings;
  }

  synchronized void requireOpen() {
    if (closed) {
      throw new BulkOperationException("The cluster is closed.");
    }
  }

  List<SandboxNode> running() {
    return nodes.stream().filter(SandboxNode::isRunning).toList();
  }

  NodeProcess launch(int number, NodeFiles files) {
    files.write(
        CassandraYaml.of(settings, number, files.data()),
        settings.datacenter(number),
        settings.rack(number));
    return NodeProcess.launch(NodeCommand.of(settings, number, files, classPath), files);
  }

  private static NodeFiles files(SandboxSettings settings, int number) {
    return new NodeFiles(settings.directory().resolve("node" + number));
  }

  private synchronized void startNodes() {
    nodes.forEach(node -> PortCheck.requireFree(settings.listeners(node.number())));
    classPath = cassandraClassPath();
    boolean fresh = nodes.stream().noneMatch(node -> files(settings, node.number()).hasData());
    settings
        .progress()
        .accept(
            "Starting Cassandra "
                + settings.version()
                + ": "
                + nodes.size()
                + (nodes.size() == 1 ? " node" : " nodes")
                + " with "
                + settings.vnodes()
                + " vnodes each");
    nodes.forEach(SandboxNode::launch);
    RingWatch watch = new RingWatch(settings, nodes.size(), nodes, nodes);
    watch.await();
    if (fresh && settings.authenticates()) {
      watch.awaitDefaultRole();
    }
  }

  /**
   * Cassandra's jars, for a separate class path: Ringhaul uses other versions of some libraries.
   */
  private List<Path> cassandraClassPath() {
    return MavenClassPath.resolve(
        "Cassandra",
        List.of("org.apache.cassandra:cassandra-all:" + settings.version()),
        () ->
            settings
                .progress()
                .accept("Fetching Cassandra " + settings.version() + " (69 MB, first time only)"));
  }

  /** Signals all nodes before waiting for the first. */
  private void stopAll() {
    nodes.forEach(SandboxNode::requestStop);
    nodes.forEach(SandboxNode::stop);
  }

  private void endAll() {
    nodes.forEach(SandboxNode::kill);
  }

  private void closeAfter(RuntimeException failure) {
    try {
      endAll();
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Runs when the process ends without close(); leaves no time for an orderly stop. */
  private void abandon() {
    nodes.forEach(SandboxNode::killUnlocked);
    if (settings.ownDirectory()) {
      deleteDirectory();
    }
  }

  /**
   * Deletes the folder once: close() in a user's shutdown hook runs concurrently with the cluster's
   * own hook.
   */
  private void deleteDirectory() {
    if (!deleted.compareAndSet(false, true)) {
      return;
    }
    Path directory = settings.directory();
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new StorageException(
          directory.toString(),
          "The cluster's folder " + directory + " cannot be deleted: " + e,
          e);
    }
  }

  /** The command line of a node's process. */
  private static final class NodeCommand {

    private static final int FIRST_HEAP_MEGABYTES = 256;

    private static final List<String> EXPORTS =
        List.of(
            "java.base/java.lang.ref",
            "java.base/jdk.internal.misc",
            "java.base/jdk.internal.ref",
            "java.base/sun.nio.ch",
            "java.management.rmi/com.sun.jmx.remote.internal.rmi",
            "java.rmi/sun.rmi.registry",
            "java.rmi/sun.rmi.server",
            "java.sql/java.sql",
            "jdk.unsupported/sun.misc");

    private static final List<String> OPENS =
        List.of(
            "java.base/java.io",
            "java.base/java.lang",
            "java.base/java.lang.module",
            "java.base/java.lang.reflect",
            "java.base/java.nio",
            "java.base/java.util",
            "java.base/java.util.concurrent",
            "java.base/java.util.concurrent.atomic",
            "java.base/jdk.internal.loader",
            "java.base/jdk.internal.math",
            "java.base/jdk.internal.module",
            "java.base/jdk.internal.ref",
            "java.base/jdk.internal.reflect",
            "java.base/jdk.internal.util.jar",
            "java.base/sun.nio.ch",
            "java.rmi/sun.rmi.transport.tcp",
            "jdk.management/com.sun.management.internal");

    private NodeCommand() {}

    static List<String> of(
        SandboxSettings cluster, int node, NodeFiles files, List<Path> classPath) {
      List<String> command = new ArrayList<>();
      command.add(cluster.javaHome().resolve("bin").resolve("java").toString());
      command.addAll(virtualMachine(cluster, files));
      agent(classPath).ifPresent(command::add);
      command.addAll(access());
      command.addAll(cassandra(cluster, node, files));
      command.addAll(cluster.jvmOptions());
      command.add("-cp");
      command.add(joined(classPath, files.classes()));
      command.add(NodeMain.class.getName());
      return command;
    }

    private static List<String> virtualMachine(SandboxSettings cluster, NodeFiles files) {
      int heap = cluster.heapMegabytes();
      return List.of(
          // Cassandra locks its memory: the initial heap is resident immediately.
          "-Xms" + Math.min(heap, FIRST_HEAP_MEGABYTES) + "m",
          "-Xmx" + heap + "m",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:+PerfDisableSharedMem",
          // Several nodes share a few cores: no background compilation and collection threads.
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Djava.io.tmpdir=" + files.temporary(),
          "-Djna.tmpdir=" + files.temporary(),
          "-Djava.net.preferIPv4Stack=true",
          "-Djava.rmi.server.hostname=127.0.0.1",
          "-Djdk.attach.allowAttachSelf=true",
          "-Dio.netty.tryReflectionSetAccessible=true");
    }

    /**
     * Before 5.0, Cassandra measures objects with a version of Jamm that cannot do so on Java 17
     * unless it is an agent.
     */
    private static Optional<String> agent(List<Path> classPath) {
      return classPath.stream()
          .filter(jar -> String.valueOf(jar.getFileName()).startsWith("jamm-0.3"))
          .map(jar -> "-javaagent:" + jar)
          .findFirst();
    }

    private static List<String> access() {
      List<String> options = new ArrayList<>();
      EXPORTS.forEach(name -> options.add("--add-exports=" + name + "=ALL-UNNAMED"));
      OPENS.forEach(name -> options.add("--add-opens=" + name + "=ALL-UNNAMED"));
      return options;
    }

    private static List<String> cassandra(SandboxSettings cluster, int node, NodeFiles files) {
      return List.of(
          "-Dcassandra.config=" + files.yaml().toUri(),
          "-Dcassandra-rackdc.properties=" + files.rack().toUri(),
          "-Dlogback.configurationFile=" + files.logback(),
          "-Dcassandra.storagedir=" + files.data(),
          "-Dcassandra.logdir=" + files.logs(),
          "-Dcassandra.jmx.local.port=" + cluster.jmxPort(node),
          // Avoids a measurement of a second or more at each start.
          "-Dcassandra.memtable.row_overhead_size=181",
          // Otherwise Cassandra closes its standard output and does not report failures.
          "-Dcassandra-foreground=yes",
          // RingWatch waits until the nodes agree, so initial nodes do not wait themselves. A node
          // that joins later must wait: without the schema it would take over ranges without their
          // rows.
          "-Dcassandra.skip_wait_for_gossip_to_settle=" + (node > cluster.nodes() ? -1 : 0),
          "-Dcassandra.ring_delay_ms=" + (node > cluster.nodes() ? 10_000 : 1_000),
          "-Dcassandra.consistent.rangemovement=false",
          "-Dcassandra.shutdown_announce_in_ms=200",
          "-Dcassandra.superuser_setup_delay_ms=0");
    }

    private static String joined(List<Path> classPath, Path last) {
      List<String> entries = new ArrayList<>();
      classPath.forEach(entry -> entries.add(entry.toString()));
      entries.add(last.toString());
      return String.join(File.pathSeparator, entries);
    }
  }
}
