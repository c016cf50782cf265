package io.ringhaul.internal.ring;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The check that ranges tile the ring: every token in exactly one of them. It is made on the ring
 * as it was discovered, on what goes out as queries, and on what ran before a commit.
 *
 * <p>The check is in integers and lets one token through: {@link Long#MIN_VALUE}, which no row has,
 * may be missing or be covered more than once. So {@code (x, Long.MAX_VALUE]} from a query meets
 * {@code (Long.MIN_VALUE, y]} from a {@link TokenRangeSet} without a gap.
 */
public final class Tiling {

  private Tiling() {}

  /**
   * Checks that the ranges, in any order, tile the ring.
   *
   * @throws BulkOperationException if they do not; the message names the first gap or overlap in
   *     the order of the tokens
   */
  public static void requireWholeRing(Collection<TokenRange> ranges) {
    defect(ranges)
        .ifPresent(
            defect -> {
              throw new BulkOperationException(
                  "The token ranges do not cover the ring exactly once: " + defect);
            });
  }

  /**
   * Checks that the ranges, in any order, have each token of the set exactly once and no other.
   *
   * @throws BulkOperationException if they do not; the message names the first gap or overlap
   */
  public static void requireExactly(TokenRangeSet tokens, Collection<TokenRange> ranges) {
    // With what is not asked for they must tile the ring.
    List<TokenRange> all = new ArrayList<>(ranges);
    all.addAll(TokenRangeSet.wholeRing().subtract(tokens).ranges());
    requireWholeRing(all);
  }

  /**
   * The first gap or overlap of the ranges, in the order of the tokens, as one sentence; empty if
   * they tile the ring. The ranges may come in any order.
   */
  public static Optional<String> defect(Collection<TokenRange> ranges) {
    List<TokenRange> sorted = new ArrayList<>(ranges.size());
    for (TokenRange range : ranges) {
      if (range.startExclusive() != Long.MAX_VALUE || range.endInclusive() != Long.MIN_VALUE) {
        sorted.add(joinedAtTheEnd(range));
      }
    }
    if (sorted.isEmpty()) {
      return Optional.of("there is no range at all.");
    }
    Collections.sort(sorted);
    for (int i = 0; i < sorted.size(); i++) {
      TokenRange range = sorted.get(i);
      TokenRange next = sorted.get((i + 1) % sorted.size());
      // Distances along the ring; 0 is all the way round. A lone range is followed by itself.
      long toNext = next.startExclusive() - range.startExclusive();
      boolean overlapping =
          toNext == 0
              ? sorted.size() > 1
              : Long.compareUnsigned(range.endInclusive() - range.startExclusive() - 1, toNext - 1)
                  > 0;
      if (overlapping) {
        return Optional.of(range + " and " + next + " overlap.");
      }
      if (range.endInclusive() != next.startExclusive()) {
        TokenRange gap =
            new TokenRange(
                /* startExclusive= */ range.endInclusive(),
                /* endInclusive= */ next.startExclusive());
        return Optional.of("nothing covers " + gap + ", which follows " + range + ".");
      }
    }
    return Optional.empty();
  }

  /** Takes the last token of the line, and the one without rows that follows it, for one cut. */
  private static TokenRange joinedAtTheEnd(TokenRange range) {
    if (range.startExclusive() != Long.MAX_VALUE && range.endInclusive() != Long.MAX_VALUE) {
      return range;
    }
    return new TokenRange(
        joinedAtTheEnd(range.startExclusive()), joinedAtTheEnd(range.endInclusive()));
  }

  private static long joinedAtTheEnd(long token) {
    return token == Long.MAX_VALUE ? Long.MIN_VALUE : token;
  }
}
