package io.ringhaul.internal.ring;

import io.ringhaul.schema.TokenRange;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.List;
import java.util.UUID;

/**
 * Token ranges with at least one replica in common, so that one node can coordinate them all from
 * its own data.
 *
 * @param replicas host ids of the nodes that hold every range of the group, the owner first; never
 *     empty, unmodifiable
 * @param ranges the ranges, in the order of the ring; never empty, unmodifiable
 */
public record TokenRangeGroup(List<UUID> replicas, List<TokenRange> ranges)
    implements Serializable {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException if one of them is empty
   */
  public TokenRangeGroup {
    if (replicas.isEmpty() || ranges.isEmpty()) {
      throw new IllegalArgumentException("A group has at least one replica and one range");
    }
    replicas = List.copyOf(replicas);
    ranges = List.copyOf(ranges);
  }

  /** The host id of the node that is meant to coordinate the group. */
  public UUID owner() {
    return replicas.get(0);
  }

  /** The number of tokens in all ranges together; at most 2^64 as long as they are disjoint. */
  public BigInteger width() {
    return ranges.stream().map(TokenRange::width).reduce(BigInteger.ZERO, BigInteger::add);
  }
}
