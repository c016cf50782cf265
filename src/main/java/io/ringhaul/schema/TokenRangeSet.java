package io.ringhaul.schema;

import io.ringhaul.internal.ring.Tiling;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * An immutable set of tokens, stored as the smallest number of ranges: for example the tokens that
 * a checkpoint has covered. Two sets with the same tokens are equal, even if they were created from
 * different ranges.
 *
 * <p>No row has the token {@link Long#MIN_VALUE}, so the set treats it like {@link Long#MAX_VALUE},
 * the token before it on the ring: either both are in the set or neither. {@code (5,
 * Long.MAX_VALUE]} and {@code (5, Long.MIN_VALUE]} are the same set, and the set of {@code
 * (Long.MAX_VALUE, Long.MIN_VALUE]} is empty.
 *
 * <p>Union, intersection and subtraction take time linear in the number of ranges.
 */
public final class TokenRangeSet implements Serializable {

  private static final long serialVersionUID = 1;

  private static final TokenRangeSet EMPTY = new TokenRangeSet(new long[0]);
  private static final TokenRangeSet WHOLE_RING =
      new TokenRangeSet(new long[] {Long.MIN_VALUE, Long.MAX_VALUE});

  /**
   * Alternating starts and ends, strictly ascending. At each bound, the tokens above it change from
   * outside to inside or back.
   */
  private final long[] bounds;

  private TokenRangeSet(long[] bounds) {
    this.bounds = bounds;
  }

  /** Returns the empty set. */
  public static TokenRangeSet empty() {
    return EMPTY;
  }

  /** Returns the set of all tokens. */
  public static TokenRangeSet wholeRing() {
    return WHOLE_RING;
  }

  /** Returns the tokens of one range. */
  public static TokenRangeSet of(TokenRange range) {
    return of(List.of(range));
  }

  /** Returns the tokens of all given ranges, which may be in any order and may overlap. */
  public static TokenRangeSet of(Collection<TokenRange> ranges) {
    List<TokenRange> pieces = new ArrayList<>(ranges.size() + 1);
    for (TokenRange range : ranges) {
      pieces.addAll(range.unwrap());
    }
    Collections.sort(pieces);
    Bounds result = new Bounds(2 * pieces.size());
    int next = 0;
    while (next < pieces.size()) {
      long start = pieces.get(next).startExclusive();
      long end = pieces.get(next).endInclusive();
      next++;
      while (next < pieces.size() && pieces.get(next).startExclusive() <= end) {
        end = Math.max(end, pieces.get(next).endInclusive());
        next++;
      }
      result.add(start);
      result.add(end);
    }
    return result.toSet();
  }

  /** Returns the tokens in this set, in the other, or in both. */
  public TokenRangeSet union(TokenRangeSet other) {
    return combine(other, (mine, others) -> mine || others);
  }

  /** Returns the tokens in both sets. */
  public TokenRangeSet intersect(TokenRangeSet other) {
    return combine(other, (mine, others) -> mine && others);
  }

  /**
   * Returns the tokens of the range that are in this set, in time linear in the number of resulting
   * ranges.
   */
  public TokenRangeSet intersect(TokenRange range) {
    TokenRangeSet result = EMPTY;
    for (TokenRange piece : range.unwrap()) {
      int first = boundsBelow(piece.startExclusive()) & ~1;
      int last = (boundsBelow(piece.endInclusive()) + 1) & ~1;
      TokenRangeSet near = new TokenRangeSet(Arrays.copyOfRange(bounds, first, last));
      result = result.union(near.intersect(of(piece)));
    }
    return result;
  }

  /** Returns the tokens of this set that are not in the other. */
  public TokenRangeSet subtract(TokenRangeSet other) {
    return combine(other, (mine, others) -> mine && !others);
  }

  /**
   * Returns whether the set contains the token. It contains {@link Long#MIN_VALUE} if it contains
   * {@link Long#MAX_VALUE}.
   */
  public boolean contains(long token) {
    return (boundsBelow(token == Long.MIN_VALUE ? Long.MAX_VALUE : token) & 1) == 1;
  }

  /** Returns whether the set contains the tokens of all rows of the range. */
  public boolean covers(TokenRange range) {
    for (TokenRange piece : range.unwrap()) {
      // Covered if its first token is inside and no bound lies before its last token.
      int below = boundsBelow(piece.startExclusive() + 1);
      if ((below & 1) == 0 || bounds[below] < piece.endInclusive()) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether all tokens of the other set are in this one. */
  public boolean covers(TokenRangeSet other) {
    return other.subtract(this).isEmpty();
  }

  /** Returns whether the set is empty. */
  public boolean isEmpty() {
    return bounds.length == 0;
  }

  /** Returns whether the set contains all tokens. */
  public boolean isWholeRing() {
    return equals(WHOLE_RING);
  }

  /**
   * Returns the smallest number of disjoint ranges that make up the set, ordered by start. No range
   * wraps, so each is one query, and a set that continues around the end of the ring has two ranges
   * there. A range that reaches the end of the ring ends at {@link Long#MIN_VALUE}, so that the
   * ranges of a set and of its complement {@linkplain Tiling tile} the ring.
   */
  public List<TokenRange> ranges() {
    List<TokenRange> result = new ArrayList<>(bounds.length / 2);
    for (int i = 0; i < bounds.length; i += 2) {
      long end = bounds[i + 1] == Long.MAX_VALUE ? Long.MIN_VALUE : bounds[i + 1];
      result.add(new TokenRange(bounds[i], end));
    }
    return List.copyOf(result);
  }

  /** Returns the number of tokens in the set, from 0 to 2^64. */
  public BigInteger width() {
    return ranges().stream().map(TokenRange::width).reduce(BigInteger.ZERO, BigInteger::add);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenRangeSet set && Arrays.equals(bounds, set.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  /** Returns the ranges as a list. */
  @Override
  public String toString() {
    return ranges().toString();
  }

  private int boundsBelow(long token) {
    int found = Arrays.binarySearch(bounds, token);
    return found < 0 ? -found - 1 : found;
  }

  /** Merges the bounds of both sets and keeps those at which the combination changes. */
  private TokenRangeSet combine(TokenRangeSet other, Membership membership) {
    long[] others = other.bounds;
    Bounds result = new Bounds(bounds.length + others.length);
    int i = 0;
    int j = 0;
    boolean inside = false;
    while (i < bounds.length || j < others.length) {
      boolean takeMine = j == others.length || (i < bounds.length && bounds[i] <= others[j]);
      long bound = takeMine ? bounds[i] : others[j];
      if (takeMine) {
        i++;
      }
      if (j < others.length && others[j] == bound) {
        j++;
      }
      // After an odd number of bounds, a token is inside.
      if (membership.of((i & 1) == 1, (j & 1) == 1) != inside) {
        inside = !inside;
        result.add(bound);
      }
    }
    return result.toSet();
  }

  @FunctionalInterface
  private interface Membership {
    boolean of(boolean mine, boolean others);
  }

  private static final class Bounds {
    private final long[] values;
    private int size;

    Bounds(int capacity) {
      values = new long[capacity];
    }

    void add(long value) {
      values[size++] = value;
    }

    TokenRangeSet toSet() {
      return size == 0 ? EMPTY : new TokenRangeSet(Arrays.copyOf(values, size));
    }
  }
}
