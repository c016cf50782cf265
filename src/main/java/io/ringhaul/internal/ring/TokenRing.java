package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.metadata.Metadata;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The token ring of a keyspace as it was at one moment: ranges that tile the ring exactly once, and
 * the replicas of each. Immutable.
 */
public final class TokenRing {

  private final List<ReplicatedRange> ranges;

  private TokenRing(List<ReplicatedRange> ranges) {
    this.ranges = ranges;
  }

  /**
   * A ring of the given ranges, in any order.
   *
   * @throws UnsupportedClusterException if they do not tile the ring exactly once, with the first
   *     gap or overlap (see {@link Tiling}), or if one of them has no replica
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
   * @param metadata what {@code session.getMetadata()} gives
   * @param keyspace the keyspace whose replicas count
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

  /** The ranges, ordered by start; unmodifiable, never empty. Only the last one may wrap. */
  public List<ReplicatedRange> ranges() {
    return ranges;
  }

  /** The range that has the token, with its replicas. */
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
    // Tokens up to the first start are in the range that comes round the end of the ring.
    return ranges.get(low == 0 ? ranges.size() - 1 : low - 1);
  }

  @Override
  public String toString() {
    return "TokenRing[" + ranges.size() + " ranges]";
  }
}
