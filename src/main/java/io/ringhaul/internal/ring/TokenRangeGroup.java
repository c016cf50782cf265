package io.ringhaul.internal.ring;

import io.ringhaul.schema.TokenRange;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.List;
import java.util.UUID;

/**
 * Token ranges with at least one common replica, so that one node can coordinate their queries from
 * local data.
 *
 * @param replicas host ids of the nodes that hold every range of the group, the owner first; never
 *     empty, unmodifiable
 * @param ranges the ranges in ring order; never empty, unmodifiable
 */
public record TokenRangeGroup(List<UUID> replicas, List<TokenRange> ranges)
    implements Serializable {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if a list is empty
   */
  public TokenRangeGroup {
    if (replicas.isEmpty() || ranges.isEmpty()) {
      throw new IllegalArgumentException("A group has at least one replica and one range");
    }
    replicas = List.copyOf(replicas);
    ranges = List.copyOf(ranges);
  }

  /** Returns the host id of the node that should coordinate the group. */
  public UUID owner() {
    return replicas.get(0);
  }

  /** Returns the number of tokens in all ranges; at most 2^64 if the ranges are disjoint. */
  public BigInteger width() {
    return ranges.stream().map(TokenRange::width).reduce(BigInteger.ZERO, BigInteger::add);
  }
}
