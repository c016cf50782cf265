package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.metadata.Metadata;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.metadata.token.Token;
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
 * An immutable snapshot of a keyspace's token ring: ranges that tile the ring exactly once, and the
 * replicas of each.
 */
public final class TokenRing {

  private final List<ReplicatedRange> ranges;

  private TokenRing(List<ReplicatedRange> ranges) {
    this.ranges = ranges;
  }

  /**
   * Creates a ring of the given ranges, in any order.
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
    return new TokenRing(List.copyOf(sorted));
  }

  /**
   * Reads the ring of a keyspace from a session's metadata, without a query.
   *
   * @param metadata the result of {@code session.getMetadata()}
   * @param localDatacenter the data centre whose replicas are listed; null lists those of all data
   *     centres
   * @throws UnsupportedClusterException if the session has no token map, the partitioner is not
   *     Murmur3Partitioner, the keyspace is unknown or local to each node, a range has no replica
   *     in the local data centre, or the ranges do not tile the ring
   */
  public static TokenRing discover(
      Metadata metadata, CqlIdentifier keyspace, @Nullable String localDatacenter) {
    return RingDiscovery.discover(metadata, keyspace, localDatacenter);
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

  /** Reads a ring from the driver's public metadata. */
  static final class RingDiscovery {

    private static final String PARTITIONER = "Murmur3Partitioner";

    private final TokenMap tokenMap;
    private final CqlIdentifier keyspace;
    private final @Nullable String localDatacenter;

    /** Distinct replica lists. With few nodes, most ranges share one of a few lists. */
    private final Map<List<UUID>, List<UUID>> lists = new HashMap<>();

    private RingDiscovery(
        TokenMap tokenMap, CqlIdentifier keyspace, @Nullable String localDatacenter) {
      this.tokenMap = tokenMap;
      this.keyspace = keyspace;
      this.localDatacenter = localDatacenter;
    }

    static TokenRing discover(
        Metadata metadata, CqlIdentifier keyspace, @Nullable String localDatacenter) {
      TokenMap tokenMap =
          metadata
              .getTokenMap()
              .orElseThrow(
                  () ->
                      new UnsupportedClusterException(
                          "The session has no token map. Set advanced.metadata.token-map.enabled"
                              + " and advanced.metadata.schema.enabled to true; if they are, the"
                              + " cluster uses a partitioner that the driver does not know, and"
                              + " only "
                              + PARTITIONER
                              + " is supported."));
      requireMurmur3(tokenMap.getPartitionerName());
      requireReplicated(metadata, keyspace);
      return new RingDiscovery(tokenMap, keyspace, localDatacenter).ring();
    }

    /** Throws if the partitioner is not Murmur3Partitioner. */
    static void requireMurmur3(String partitioner) {
      String simpleName = partitioner.substring(partitioner.lastIndexOf('.') + 1);
      if (!simpleName.equals(PARTITIONER)) {
        throw new UnsupportedClusterException(
            "The cluster uses " + simpleName + "; only " + PARTITIONER + " is supported.");
      }
    }

    private static void requireReplicated(Metadata metadata, CqlIdentifier keyspace) {
      KeyspaceMetadata description =
          metadata
              .getKeyspace(keyspace)
              .orElseThrow(
                  () ->
                      new UnsupportedClusterException(
                          "The session knows no keyspace "
                              + keyspace.asCql(true)
                              + ": it does not exist, or the session's settings"
                              + " advanced.metadata.schema.enabled and"
                              + " advanced.metadata.schema.refreshed-keyspaces leave it out."));
      String strategy = description.getReplication().getOrDefault("class", "");
      if (description.isVirtual() || strategy.endsWith("LocalStrategy")) {
        throw new UnsupportedClusterException(
            "The keyspace "
                + keyspace.asCql(true)
                + " is local to each node, so it has no token ring; read it node by node.");
      }
    }

    private TokenRing ring() {
      Collection<com.datastax.oss.driver.api.core.metadata.token.TokenRange> ranges =
          tokenMap.getTokenRanges();
      List<ReplicatedRange> result = new ArrayList<>(ranges.size());
      for (var range : ranges) {
        TokenRange tokens = new TokenRange(value(range.getStart()), value(range.getEnd()));
        // All tokens of a range have the replicas of its last token.
        List<UUID> replicas = localHosts(tokenMap.getReplicas(keyspace, range.getEnd()));
        if (replicas.isEmpty()) {
          throw withoutReplica(tokens);
        }
        result.add(new ReplicatedRange(tokens, replicas));
      }
      return TokenRing.of(result);
    }

    private long value(Token token) {
      String text = tokenMap.format(token);
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw new UnsupportedClusterException(
            "The token " + text + " is not a signed 64-bit integer as " + PARTITIONER + "'s are.");
      }
    }

    private List<UUID> localHosts(Set<Node> nodes) {
      List<UUID> hosts = new ArrayList<>(nodes.size());
      for (Node node : nodes) {
        UUID host = node.getHostId();
        // A node without a host id cannot be selected as coordinator.
        if (host != null
            && (localDatacenter == null || localDatacenter.equals(node.getDatacenter()))) {
          hosts.add(host);
        }
      }
      List<UUID> list = List.copyOf(hosts);
      List<UUID> known = lists.putIfAbsent(list, list);
      return known == null ? list : known;
    }

    private UnsupportedClusterException withoutReplica(TokenRange range) {
      Set<String> datacenters = new TreeSet<>();
      for (var each : tokenMap.getTokenRanges()) {
        for (Node node : tokenMap.getReplicas(keyspace, each.getEnd())) {
          datacenters.add(String.valueOf(node.getDatacenter()));
        }
      }
      String name = keyspace.asCql(true);
      if (datacenters.isEmpty() || localDatacenter == null) {
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
              + localDatacenter
              + " for the token range "
              + range
              + "; its replicas are in "
              + String.join(", ", datacenters)
              + ". Use a session local to where all its ranges are replicated, read from there with"
              + " "
              + Setting.FROM_DATACENTER.mark()
              + ", or change the keyspace's replication.");
    }
  }
}
