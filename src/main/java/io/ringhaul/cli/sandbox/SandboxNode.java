package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.remote.JMXServiceURL;
import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link SandboxCluster}. It can be stopped, killed and started again; its data
 * stays. Thread-safe: calls that change the state of a node run one at a time.
 */
public final class SandboxNode {

  private static final Duration ORDERLY_STOP = Duration.ofMinutes(1);

  private final SandboxCluster cluster;
  private final int number;
  private final NodeFiles files;
  private volatile @Nullable NodeProcess process;

  SandboxNode(SandboxCluster cluster, int number, NodeFiles files) {
    this.cluster = cluster;
    this.number = number;
    this.files = files;
  }

  /** The node's number, from 1; node N listens on 127.0.0.N. */
  public int number() {
    return number;
  }

  /** The node's data centre. */
  public String datacenter() {
    return cluster.settings().datacenter(number);
  }

  /** The CQL address of the node. */
  public InetSocketAddress address() {
    return cluster.settings().cqlAddress(number);
  }

  /** The JMX address of the node; no login is needed. */
  public JMXServiceURL jmxUrl() {
    return NodeManagement.url(cluster.settings().jmxPort(number));
  }

  /** The node's log, over all its starts. */
  public Path logFile() {
    return files.log();
  }

  /** Whether the node's process is alive; it may be starting or stopping. */
  public boolean isRunning() {
    NodeProcess current = process;
    return current != null && current.isAlive();
  }

  /**
   * Starts the node on its existing data, and waits until it and the other running nodes see each
   * other. Has no effect if the node is running.
   *
   * @throws BulkOperationException if a port is in use or the node does not come up in time; the
   *     message contains the end of its log. The node is then down
   */
  public void start() {
    synchronized (cluster) {
      if (isRunning()) {
        return;
      }
      cluster.requireOpen();
      PortCheck.requireFree(cluster.settings().listeners(number));
      launch();
      try {
        new RingWatch(cluster.settings(), cluster.nodes().size(), cluster.running(), List.of(this))
            .await();
      } catch (RuntimeException e) {
        kill();
        throw e;
      }
    }
  }

  /**
   * Stops the node in an orderly way (SIGTERM) and waits for its end: the node announces its
   * shutdown and flushes its memtables, which takes seconds. Has no effect if the node is not
   * running.
   *
   * @throws BulkOperationException if the node does not end within a minute; it is then killed
   */
  public void stop() {
    synchronized (cluster) {
      NodeProcess current = process;
      if (current == null || !current.isAlive()) {
        return;
      }
      if (!current.terminate(ORDERLY_STOP)) {
        current.kill();
        throw new BulkOperationException(
            "Node "
                + number
                + " was killed because it did not stop within "
                + ORDERLY_STOP.toSeconds()
                + " s.\n"
                + logTail());
      }
    }
  }

  /**
   * Ends the node with SIGKILL and waits until its process has ended. Has no effect if the node is
   * not running.
   *
   * <p>The other nodes receive no announcement: for about 20 seconds they consider the node up, and
   * requests that need it time out. After {@link #stop()} they know immediately. With the periodic
   * commit log, which is the default, a kill can lose acknowledged writes of the last tenth of a
   * second.
   */
  public void kill() {
    synchronized (cluster) {
      killUnlocked();
    }
  }

  /**
   * Writes the memtables of a keyspace to disk.
   *
   * @throws BulkOperationException if the node is not running or has no such keyspace
   */
  public void flush(String keyspace) {
    manage("flush " + keyspace, management -> management.flush(keyspace));
  }

  /**
   * Updates {@code system.size_estimates} from the data on disk; Cassandra itself does so every
   * five minutes.
   *
   * @throws BulkOperationException if the node is not running
   */
  public void refreshSizeEstimates() {
    manage("refresh its size estimates", NodeManagement::refreshSizeEstimates);
  }

  @Override
  public String toString() {
    return "node " + number + " at " + host() + ":" + address().getPort();
  }

  /** Launches the process without waiting. */
  void launch() {
    process = cluster.launch(number, files);
  }

  /** Sends SIGTERM without waiting. */
  void requestStop() {
    NodeProcess current = process;
    if (current != null) {
      current.requestEnd();
    }
  }

  /**
   * Kills the node without the lock: at the end of this process, the thread that holds the lock may
   * never release it.
   */
  void killUnlocked() {
    NodeProcess current = process;
    if (current != null) {
      current.kill();
    }
  }

  String host() {
    return SandboxSettings.host(number);
  }

  boolean hasLogged(String text) {
    try {
      return Files.exists(files.log()) && Files.readString(files.log()).contains(text);
    } catch (IOException e) {
      return false;
    }
  }

  String logTail() {
    return LogTail.of(List.of(files.output(), files.log()));
  }

  /** Throws if the launched process has ended. */
  void requireAlive() {
    NodeProcess current = process;
    if (current != null && !current.isAlive()) {
      throw new BulkOperationException(
          "Node "
              + number
              + " ended during its start, with exit code "
              + current.exitCode()
              + ".\n"
              + logTail());
    }
  }

  private interface ManagementCall {
    void on(NodeManagement management) throws IOException, JMException;
  }

  private void manage(String what, ManagementCall call) {
    try (NodeManagement management = NodeManagement.connect(jmxUrl())) {
      call.on(management);
    } catch (IOException | JMException e) {
      throw new BulkOperationException(
          "Node " + number + " could not " + what + ": " + e.getMessage() + ".", e);
    }
  }

  /** The end of a node's output and log, for exception messages. */
  static final class LogTail {

    private static final int LINES = 25;
    private static final int BYTES = 16 * 1024;

    private LogTail() {}

    /** The last lines of each non-empty file, with the file's name as a title; never fails. */
    static String of(List<Path> files) {
      return files.stream()
          .map(LogTail::titled)
          .filter(text -> !text.isEmpty())
          .collect(Collectors.joining("\n"));
    }

    private static String titled(Path file) {
      String tail = lastLines(file);
      return tail.isBlank() ? "" : "--- the end of " + file + "\n" + tail;
    }

    private static String lastLines(Path file) {
      if (!Files.isRegularFile(file)) {
        return "";
      }
      try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
        long start = Math.max(0, reader.length() - BYTES);
        byte[] end = new byte[(int) (reader.length() - start)];
        reader.seek(start);
        reader.readFully(end);
        List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
      } catch (IOException e) {
        return "(cannot be read: " + e.getMessage() + ")";
      }
    }
  }
}
