package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.ringhaul.exceptions.UnsupportedClusterException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that the session's load balancing policy treats as local.
 *
 * @param datacenter data centre of the nodes; null if they are in several
 * @param nodes the nodes, at least one
 */
public record LocalNodes(@Nullable String datacenter, List<Node> nodes) {

  /**
   * Returns the local nodes of a session.
   *
   * @throws UnsupportedClusterException if no node is local, because the configured data centre is
   *     wrong
   */
  public static LocalNodes of(CqlSession session) {
    Collection<Node> all = session.getMetadata().getNodes().values();
    List<Node> local =
        all.stream().filter(node -> node.getDistance() == NodeDistance.LOCAL).toList();
    if (local.isEmpty()) {
      // Some policies assign no distance to nodes that are down, but those still own parts of the
      // ring.
      throw new UnsupportedClusterException(
          "No node of the cluster is in the session's local data centre; the cluster has "
              + String.join(", ", datacenters(all))
              + ": check basic.load-balancing-policy.local-datacenter");
    }
    Set<String> names = datacenters(local);
    if (names.size() != 1) {
      return new LocalNodes(null, local);
    }
    String name = names.iterator().next();
    List<Node> members =
        all.stream()
            .filter(node -> name.equals(node.getDatacenter()))
            .filter(node -> node.getState() != NodeState.FORCED_DOWN)
            .toList();
    return new LocalNodes(name, members);
  }

  /**
   * Returns the nodes of a data centre, or the local nodes of a session without one.
   *
   * @throws UnsupportedClusterException if the data centre does not exist, or the session has no
   *     connection to any of its nodes
   */
  public static LocalNodes of(CqlSession session, Optional<String> datacenter) {
    if (datacenter.isEmpty()) {
      return of(session);
    }
    String name = datacenter.get();
    Collection<Node> all = session.getMetadata().getNodes().values();
    List<Node> members = all.stream().filter(node -> name.equals(node.getDatacenter())).toList();
    if (members.isEmpty()) {
      throw new UnsupportedClusterException(
          "No node of the cluster is in the data centre "
              + name
              + "; the cluster has "
              + String.join(", ", datacenters(all)));
    }
    if (members.stream().allMatch(node -> node.getDistance() == NodeDistance.IGNORED)) {
      throw new UnsupportedClusterException(
          "The session does not connect to the data centre "
              + name
              + ": set basic.load-balancing-policy.local-datacenter to it, or set"
              + " advanced.load-balancing-policy.dc-failover.max-nodes-per-remote-dc to the number"
              + " of its nodes, "
              + members.size());
    }
    return new LocalNodes(name, members);
  }

  private static Set<String> datacenters(Collection<Node> nodes) {
    return nodes.stream()
        .map(node -> String.valueOf(node.getDatacenter()))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
