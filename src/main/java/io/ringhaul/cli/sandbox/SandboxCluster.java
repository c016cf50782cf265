package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A real Cassandra cluster on this machine. Node N is a JVM process of its own on 127.0.0.N; the
 * tokens are the same for the same number of nodes and vnodes.
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
 * <p>The nodes end with this process, however it ends; even SIGKILL leaves none behind, though it
 * leaves a temporary folder.
 */
public final class SandboxCluster implements AutoCloseable {

  /** The version of Cassandra that the nodes run. */
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

  /** The description of a cluster, to be completed and started. */
  public static SandboxClusterBuilder builder() {
    return new SandboxClusterBuilder();
  }

  /** Starts all nodes at once and waits until they are one cluster. */
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

  /** The addresses for {@code CqlSession.builder().addContactPoints}: all nodes, running or not. */
  public List<InetSocketAddress> contactPoints() {
    return nodes.stream().map(SandboxNode::address).toList();
  }

  /** The name of the one data centre: {@code dc1}. */
  public String localDatacenter() {
    return DATACENTER;
  }

  /** The nodes, in the order of their numbers. */
  public List<SandboxNode> nodes() {
    return List.copyOf(nodes);
  }

  /**
   * Adds a node, which takes over a share of the ring, and waits until it has the data of it. All
   * other nodes must run. A cluster that is started again on the same folder does not know of it.
   *
   * @throws BulkOperationException if one of its ports is taken, or it does not join in time; the
   *     message ends with the end of its log. The node is then down
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
   * One node.
   *
   * @param number from 1
   * @throws InvalidSettingException if there is no such node
   */
  public SandboxNode node(int number) {
    if (number < 1 || number > nodes.size()) {
      throw new InvalidSettingException(
          "node", "There is no node " + number + "; the nodes are 1 to " + nodes.size() + ".");
    }
    return nodes.get(number - 1);
  }

  /** The folder that holds one folder for each node, with its data, its settings and its logs. */
  public Path directory() {
    return settings.directory();
  }

  /**
   * Ends all nodes and waits for their end. A temporary folder is deleted, after the nodes were
   * killed; nodes whose data stay are stopped in good order. Closing a second time does nothing.
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
      // The process is ending: the hook runs or has run, and does no harm.
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
    files.write(CassandraYaml.of(settings, number, files.data()));
    return NodeProcess.launch(NodeCommand.of(settings, number, files, classPath), files);
  }

  private static NodeFiles files(SandboxSettings settings, int number) {
    return new NodeFiles(settings.directory().resolve("node" + number));
  }

  private synchronized void startNodes() {
    nodes.forEach(node -> PortCheck.requireFree(settings.listeners(node.number())));
    classPath = CassandraClassPath.resolve(settings.progress());
    boolean fresh = nodes.stream().noneMatch(node -> files(settings, node.number()).hasData());
    settings
        .progress()
        .accept(
            "Starting Cassandra "
                + CASSANDRA_VERSION
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

  /** All are told before one is waited for. */
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

  /** When the process ends without a close: no time for good order. */
  private void abandon() {
    nodes.forEach(SandboxNode::killUnlocked);
    if (settings.ownDirectory()) {
      deleteDirectory();
    }
  }

  /** Once: a close in a shutdown hook of the user's runs beside the cluster's own. */
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
}
