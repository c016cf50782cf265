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
 * Waits until nodes that were just launched form one cluster: each serves CQL, has joined, knows
 * every token and holds every other running node to be up, and all have the same schema.
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
   * @param ringSize how many nodes there are, running or not
   * @param nodes the running ones, which are to agree
   * @param launched those of them that were launched just now
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
   * @throws BulkOperationException if a node's process ends, or the time is up; with the end of a
   *     node's log
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

  /** Waits for the superuser {@code cassandra}, which the first start makes some time later. */
  void awaitDefaultRole() {
    while (nodes.stream().noneMatch(node -> node.hasLogged("Created default superuser role"))) {
      pause("has not made its default role", nodes.get(0));
    }
  }

  private boolean servesCql(SandboxNode node) {
    try (Socket socket = new Socket()) {
      socket.connect(node.address(), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      // Refused, as long as the node is on its way.
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
      // Not there yet, or gone: the pause tells which.
      return false;
    }
  }

  /** Checks that waiting makes sense, and waits a little. */
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
