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
 * One node of a {@link SandboxCluster}. It can be stopped, killed and started again; what it stores
 * stays. Safe for use by several threads; the calls that change the node wait for one another.
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

  /** Where the node serves CQL when it runs. */
  public InetSocketAddress address() {
    return cluster.settings().cqlAddress(number);
  }

  /** Where the node's MBeans are to be had when it runs; no login is needed. */
  public JMXServiceURL jmxUrl() {
    return NodeManagement.url(cluster.settings().jmxPort(number));
  }

  /** What the node has logged, over all its starts. */
  public Path logFile() {
    return files.log();
  }

  /** Whether the node's process is alive; it may still be on its way up or down. */
  public boolean isRunning() {
    NodeProcess current = process;
    return current != null && current.isAlive();
  }

  /**
   * Starts the node again on the data it has, and waits until it and the other running nodes see
   * one another. Does nothing if it runs.
   *
   * @throws BulkOperationException if one of its ports is taken, or it does not come up in time;
   *     the message ends with the end of its log. The node is then down
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
   * Stops the node in good order (SIGTERM) and waits for its end: it tells the others, and flushes
   * what it holds. That takes some seconds. Does nothing if it does not run.
   *
   * @throws BulkOperationException if it does not end within a minute; it is killed then
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
                + " had to be killed: it did not stop within "
                + ORDERLY_STOP.toSeconds()
                + " s.\n"
                + logTail());
      }
    }
  }

  /**
   * Ends the node with SIGKILL and waits until its process is gone. Does nothing if it does not
   * run.
   *
   * <p>The other nodes are not told: for some twenty seconds they hold it to be up, and requests
   * that need it time out. After {@link #stop()} they know at once. With the periodic commit log,
   * which is the default, writes of the last tenth of a second before a kill can be lost even
   * though they were acknowledged.
   */
  public void kill() {
    synchronized (cluster) {
      killUnlocked();
    }
  }

  /**
   * Writes the memtables of a keyspace to disk.
   *
   * @throws BulkOperationException if the node does not run or has no such keyspace
   */
  public void flush(String keyspace) {
    manage("flush " + keyspace, management -> management.flush(keyspace));
  }

  /**
   * Brings {@code system.size_estimates} up to date with what is on disk; Cassandra itself does so
   * every five minutes.
   *
   * @throws BulkOperationException if the node does not run
   */
  public void refreshSizeEstimates() {
    manage("refresh its size estimates", NodeManagement::refreshSizeEstimates);
  }

  @Override
  public String toString() {
    return "node " + number + " at " + host() + ":" + address().getPort();
  }

  /** Launches the process, without waiting for anything. */
  void launch() {
    process = cluster.launch(number, files);
  }

  /** SIGTERM, without waiting for the end. */
  void requestStop() {
    NodeProcess current = process;
    if (current != null) {
      current.requestEnd();
    }
  }

  /** For the end of this process, when the thread that holds the lock may never let go of it. */
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

  /** Fails if the process that was launched has ended. */
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

  /** The end of what a node has printed and logged, for the message of an exception. */
  static final class LogTail {

    private static final int LINES = 25;
    private static final int BYTES = 16 * 1024;

    private LogTail() {}

    /** The last lines of each file that has any, under its name; never fails. */
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
