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
 * Checks that ranges tile the ring, so that every token is in exactly one range. The check runs on
 * the discovered ring, on the ranges to query, and before a commit on the ranges that were read.
 *
 * <p>One token is exempt: {@link Long#MIN_VALUE}, which no row has, may be missing or covered more
 * than once. So {@code (x, Long.MAX_VALUE]} from a query and {@code (Long.MIN_VALUE, y]} from a
 * {@link TokenRangeSet} are adjacent.
 */
public final class Tiling {

  private Tiling() {}

  /**
   * Checks that the ranges, in any order, tile the ring.
   *
   * @throws BulkOperationException with the first gap or overlap in token order, if they do not
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
   * Checks that the ranges, in any order, cover each token of the set exactly once and no other
   * token.
   *
   * @throws BulkOperationException with the first gap or overlap, if they do not
   */
  public static void requireExactly(TokenRangeSet tokens, Collection<TokenRange> ranges) {
    // Together with the tokens outside the set, the ranges must tile the ring.
    List<TokenRange> all = new ArrayList<>(ranges);
    all.addAll(TokenRangeSet.wholeRing().subtract(tokens).ranges());
    requireWholeRing(all);
  }

  /**
   * Returns the first gap or overlap in token order as a sentence; empty if the ranges tile the
   * ring. The ranges may come in any order.
   */
  public static Optional<String> defect(Collection<TokenRange> ranges) {
    List<TokenRange> sorted = new ArrayList<>(ranges.size());
    for (TokenRange range : ranges) {
      if (range.startExclusive() != Long.MAX_VALUE || range.endInclusive() != Long.MIN_VALUE) {
        sorted.add(joinedAtTheEnd(range));
      }
    }
    if (sorted.isEmpty()) {
      return Optional.of("there is no range.");
    }
    Collections.sort(sorted);
    for (int i = 0; i < sorted.size(); i++) {
      TokenRange range = sorted.get(i);
      TokenRange next = sorted.get((i + 1) % sorted.size());
      // Distances along the ring, where 0 is the whole ring. A single range is its own successor.
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
        return Optional.of("no range covers " + gap + ", which follows " + range + ".");
      }
    }
    return Optional.empty();
  }

  /**
   * Replaces {@link Long#MAX_VALUE} as a bound by {@link Long#MIN_VALUE}, since no row lies between
   * them.
   */
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
