package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.token.Token;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Finds out which nodes may coordinate a request. */
final class Coordinators {

  private final CqlSession session;
  private final boolean alongRing;

  /**
   * @param alongRing whether replicas are in the order of the ring, not in one that differs from
   *     call to call
   */
  Coordinators(CqlSession session, boolean alongRing) {
    this.session = session;
    this.alongRing = alongRing;
  }

  /**
   * The live local replicas of what a statement reads or writes, or all live local nodes if they
   * are not known; empty if all are down.
   *
   * @param avoided the node that failed last, which is left out if there are others
   */
  List<Node> of(Statement<?> statement, @Nullable Node avoided) {
    List<Node> nodes = live(replicas(statement));
    boolean areReplicas = !nodes.isEmpty();
    if (!areReplicas) {
      nodes = live(session.getMetadata().getNodes().values());
    }
    if (avoided != null && nodes.size() > 1) {
      nodes.remove(avoided);
    }
    if (nodes.size() > 1 && !(alongRing && areReplicas)) {
      Collections.rotate(nodes, ThreadLocalRandom.current().nextInt(nodes.size()));
    }
    return nodes;
  }

  private Set<Node> replicas(Statement<?> statement) {
    TokenMap ring = session.getMetadata().getTokenMap().orElse(null);
    CqlIdentifier keyspace = statement.getRoutingKeyspace();
    if (ring == null || keyspace == null) {
      return Set.of();
    }
    Token token = statement.getRoutingToken();
    if (token != null) {
      return ring.getReplicas(keyspace, token);
    }
    ByteBuffer key = statement.getRoutingKey();
    return key == null ? Set.of() : ring.getReplicas(keyspace, key);
  }

  private static List<Node> live(Collection<Node> nodes) {
    List<Node> live = new ArrayList<>(nodes.size());
    for (Node node : nodes) {
      if (node.getDistance() == NodeDistance.LOCAL && node.getState() == NodeState.UP) {
        live.add(node);
      }
    }
    return live;
  }
}
