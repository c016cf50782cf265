package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.ringhaul.internal.request.NodeNames;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.ReplicatedRange;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.ring.TokenRing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Checks that every token range has as many live replicas as the consistency level needs. Too few
 * replicas are a warning, since a node may recover while the operation runs.
 */
public final class LiveReplicas implements Check {

  private final CqlSession session;
  private final CqlIdentifier keyspace;
  private final CqlIdentifier table;
  private final ConsistencyLevel consistency;
  private final Optional<String> datacenter;

  /** Creates a check that uses the session's view of the node states. */
  public LiveReplicas(
      CqlSession session, CqlIdentifier keyspace, CqlIdentifier table, RequestSettings requests) {
    this.session = session;
    this.keyspace = keyspace;
    this.table = table;
    this.consistency = requests.consistency();
    this.datacenter = requests.datacenter();
  }

  @Override
  public List<PreflightProblem> problems() {
    Map<UUID, Node> nodes = session.getMetadata().getNodes();
    if (nodes.values().stream().allMatch(LiveReplicas::isUp)) {
      return List.of();
    }
    TokenRing ring =
        RingSource.of(session, keyspace, table)
            .read(consistency.isDcLocal() ? LocalNodes.of(session, datacenter).datacenter() : null);
    Set<String> down = new TreeSet<>();
    int lacking = 0;
    for (ReplicatedRange range : ring.ranges()) {
      List<Node> replicas =
          range.replicas().stream().filter(nodes::containsKey).map(nodes::get).toList();
      List<Node> dead = replicas.stream().filter(node -> !isUp(node)).toList();
      if (!isEnough(consistency, replicas)) {
        lacking++;
        dead.forEach(node -> down.add(NodeNames.of(node)));
      }
    }
    if (lacking == 0) {
      return List.of();
    }
    return List.of(
        PreflightProblem.warning(
            String.format(
                "%d of %d token ranges of keyspace %s have too few live replicas for %s, because %s"
                    + " %s down",
                lacking,
                ring.ranges().size(),
                keyspace.asCql(true),
                consistency,
                String.join(", ", down),
                down.size() == 1 ? "is" : "are"),
            "start " + (down.size() == 1 ? "it" : "them") + ", or these ranges will fail"));
  }

  /** Nodes that the driver ignores have no known state and count as up. */
  private static boolean isUp(Node node) {
    return node.getState() != NodeState.DOWN && node.getState() != NodeState.FORCED_DOWN;
  }

  /** Returns true if enough of a range's replicas are up for a request with this level. */
  static boolean isEnough(ConsistencyLevel consistency, List<Node> replicas) {
    if (consistency == DefaultConsistencyLevel.EACH_QUORUM) {
      // A quorum of each data centre: spare replicas of one do not help another.
      return replicas.stream()
          .collect(Collectors.groupingBy(node -> String.valueOf(node.getDatacenter())))
          .values()
          .stream()
          .allMatch(ofOne -> live(ofOne) > ofOne.size() / 2);
    }
    if (!(consistency instanceof DefaultConsistencyLevel level)) {
      return live(replicas) >= 1;
    }
    return live(replicas)
        >= switch (level) {
          case TWO -> 2;
          case THREE -> 3;
          case QUORUM, LOCAL_QUORUM -> replicas.size() / 2 + 1;
          case ALL -> replicas.size();
          default -> 1;
        };
  }

  private static long live(List<Node> replicas) {
    return replicas.stream().filter(LiveReplicas::isUp).count();
  }
}
