package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.JMException;

/**
 * Waits until launched nodes form one cluster: each node serves CQL, has joined the ring, knows
 * every token and considers every running node up, and all nodes have the same schema.
 */
final class RingWatch {

  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int CONNECT_MILLIS = 1_000;

  private final SandboxSettings settings;
  private final int ringSize;
  private final List<SandboxNode> nodes;
  private final List<SandboxNode> launched;
  private final long deadline;
  private final long started = System.nanoTime();

  /**
   * @param ringSize number of nodes, running or not
   * @param nodes the running nodes, which must agree
   * @param launched the nodes that were launched now
   */
  RingWatch(
      SandboxSettings settings, int ringSize, List<SandboxNode> nodes, List<SandboxNode> launched) {
    this.settings = settings;
    this.ringSize = ringSize;
    this.nodes = List.copyOf(nodes);
    this.launched = List.copyOf(launched);
    this.deadline = started + settings.startTimeout().toNanos();
  }

  /**
   * @throws BulkOperationException if a node's process ends or the timeout expires; the message
   *     contains the end of the node's log
   */
  void await() {
    Set<SandboxNode> waiting = new LinkedHashSet<>(launched);
    while (true) {
      for (SandboxNode node : launched) {
        if (waiting.contains(node) && servesCql(node)) {
          waiting.remove(node);
          settings
              .progress()
              .accept("Node " + node.number() + " is up at " + node.host() + " after " + seconds());
        }
      }
      if (waiting.isEmpty()) {
        break;
      }
      pause("has not opened its CQL port", waiting.iterator().next());
    }
    for (SandboxNode node : nodes) {
      while (!agrees(node)) {
        pause("does not see the whole ring", node);
      }
    }
  }

  /** Waits for the superuser {@code cassandra}, which a first start creates with a delay. */
  void awaitDefaultRole() {
    while (nodes.stream().noneMatch(node -> node.hasLogged("Created default superuser role"))) {
      pause("has not created its default role", nodes.get(0));
    }
  }

  private boolean servesCql(SandboxNode node) {
    try (Socket socket = new Socket()) {
      socket.connect(node.address(), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      // The node refuses connections until it serves CQL.
      return false;
    }
  }

  private boolean agrees(SandboxNode node) {
    Set<String> running = nodes.stream().map(SandboxNode::host).collect(Collectors.toSet());
    try (NodeManagement management = NodeManagement.connect(node.jmxUrl())) {
      return management.isNormal()
          && management.liveNodes().containsAll(running)
          && management.knownTokens() == ringSize * settings.vnodes()
          && management.schemaVersions().size() == 1;
    } catch (IOException | JMException e) {
      // The node is still starting or has ended: pause() checks which.
      return false;
    }
  }

  /** Fails if a node has ended or the timeout has expired; otherwise waits for a moment. */
  private void pause(String complaint, SandboxNode suspect) {
    for (SandboxNode node : nodes) {
      node.requireAlive();
    }
    if (System.nanoTime() > deadline) {
      throw new BulkOperationException(
          "Node "
              + suspect.number()
              + " "
              + complaint
              + " within "
              + settings.startTimeout().toSeconds()
              + " s.\n"
              + suspect.logTail());
    }
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BulkOperationException("The start of the cluster was interrupted.", e);
    }
  }

  private String seconds() {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - started) / 1e9);
  }
}
