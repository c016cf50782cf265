package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An immutable snapshot of a table's token ring: ranges that tile the ring exactly once, and the
 * replicas of each. The ranges are those of the cluster's virtual nodes, or the table's tablets.
 */
public final class TokenRing {

  private final List<ReplicatedRange> ranges;
  private final boolean onTablets;

  private TokenRing(List<ReplicatedRange> ranges, boolean onTablets) {
    this.ranges = ranges;
    this.onTablets = onTablets;
  }

  /**
   * Creates a ring of virtual nodes from the given ranges, in any order.
   *
   * @throws UnsupportedClusterException if a range has no replica, or with the first gap or overlap
   *     (see {@link Tiling}) if the ranges do not tile the ring exactly once
   */
  public static TokenRing of(Collection<ReplicatedRange> ranges) {
    List<ReplicatedRange> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparing(ReplicatedRange::range));
    List<TokenRange> tokens = new ArrayList<>(sorted.size());
    for (ReplicatedRange range : sorted) {
      if (range.replicas().isEmpty()) {
        throw new UnsupportedClusterException(
            "The token range "
                + range.range()
                + " has no replica; check the keyspace's replication");
      }
      tokens.add(range.range());
    }
    Tiling.defect(tokens)
        .ifPresent(
            defect -> {
              throw new UnsupportedClusterException(
                  "The cluster's token ranges do not cover the ring exactly once: "
                      + defect
                      + " If nodes are joining or leaving, wait until they are done.");
            });
    return new TokenRing(List.copyOf(sorted), false);
  }

  /**
   * Creates the ring of a keyspace or table from ranges in any order.
   *
   * @param datacenter the data centre whose replicas are listed; null lists those of all
   * @param onTablets whether the ranges are tablets
   * @throws UnsupportedClusterException if a range has no replica in the data centre, or the ranges
   *     do not tile the ring
   */
  static TokenRing of(
      Collection<PlacedRange> ranges,
      CqlIdentifier keyspace,
      @Nullable String datacenter,
      boolean onTablets) {
    // With few nodes, most ranges share one of a few lists.
    Map<List<UUID>, List<UUID>> lists = new HashMap<>();
    List<ReplicatedRange> result = new ArrayList<>(ranges.size());
    for (PlacedRange range : ranges) {
      List<UUID> replicas = hosts(range.nodes(), datacenter);
      if (replicas.isEmpty()) {
        throw withoutReplica(range.range(), ranges, keyspace, datacenter);
      }
      List<UUID> known = lists.putIfAbsent(replicas, replicas);
      result.add(new ReplicatedRange(range.range(), known == null ? replicas : known));
    }
    return onTablets ? ofTablets(result) : of(result);
  }

  /** Creates the ring of a table on tablets, as {@link #of(Collection)} does of virtual nodes. */
  static TokenRing ofTablets(Collection<ReplicatedRange> tablets) {
    return new TokenRing(of(tablets).ranges, true);
  }

  /** A token range and the nodes of all data centres that hold its rows. */
  record PlacedRange(TokenRange range, Collection<Node> nodes) {}

  /** Returns whether the ranges are tablets, which have other replicas than the virtual nodes. */
  public boolean isOnTablets() {
    return onTablets;
  }

  /**
   * Returns the ranges, ordered by start; unmodifiable, never empty. Only the last range may wrap.
   */
  public List<ReplicatedRange> ranges() {
    return ranges;
  }

  /** Returns the range that contains the token, with its replicas. */
  public ReplicatedRange rangeOf(long token) {
    int low = 0;
    int high = ranges.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ranges.get(middle).range().startExclusive() < token) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    // Tokens up to the first start are in the range that wraps.
    return ranges.get(low == 0 ? ranges.size() - 1 : low - 1);
  }

  @Override
  public String toString() {
    return "TokenRing[" + ranges.size() + " ranges]";
  }

  private static List<UUID> hosts(Collection<Node> nodes, @Nullable String datacenter) {
    List<UUID> hosts = new ArrayList<>(nodes.size());
    for (Node node : nodes) {
      UUID host = node.getHostId();
      // A node without a host id cannot be selected as coordinator.
      if (host != null && (datacenter == null || datacenter.equals(node.getDatacenter()))) {
        hosts.add(host);
      }
    }
    return List.copyOf(hosts);
  }

  private static UnsupportedClusterException withoutReplica(
      TokenRange range,
      Collection<PlacedRange> all,
      CqlIdentifier keyspace,
      @Nullable String datacenter) {
    Set<String> datacenters = new TreeSet<>();
    all.forEach(
        each ->
            each.nodes().forEach(node -> datacenters.add(String.valueOf(node.getDatacenter()))));
    String name = keyspace.asCql(true);
    if (datacenters.isEmpty() || datacenter == null) {
      return new UnsupportedClusterException(
          "The keyspace "
              + name
              + " has no replica for the token range "
              + range
              + "; check its replication settings against the names of the data centres.");
    }
    return new UnsupportedClusterException(
        "The keyspace "
            + name
            + " has no replica in the data centre "
            + datacenter
            + " for the token range "
            + range
            + "; its replicas are in "
            + String.join(", ", datacenters)
            + ". Use a session local to where all its ranges are replicated, read from there with "
            + Setting.FROM_DATACENTER.mark()
            + ", or change the keyspace's replication.");
  }
}
