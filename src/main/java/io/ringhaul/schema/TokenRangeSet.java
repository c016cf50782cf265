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
 * A set of tokens, held as the fewest ranges: what a checkpoint has covered, and what is left. Two
 * sets with the same tokens are equal, whatever ranges they were made of. Immutable.
 *
 * <p>No row has the token {@link Long#MIN_VALUE}, so the set does not tell it apart: it goes with
 * {@link Long#MAX_VALUE}, the token before it on the ring, and is in the set exactly when that one
 * is. {@code (5, Long.MAX_VALUE]} and {@code (5, Long.MIN_VALUE]} are the same set, and the set of
 * {@code (Long.MAX_VALUE, Long.MIN_VALUE]} is empty.
 *
 * <p>Union, intersection and subtraction take time linear in the number of ranges.
 */
public final class TokenRangeSet implements Serializable {

  private static final long serialVersionUID = 1;

  private static final TokenRangeSet EMPTY = new TokenRangeSet(new long[0]);
  private static final TokenRangeSet WHOLE_RING =
      new TokenRangeSet(new long[] {Long.MIN_VALUE, Long.MAX_VALUE});

  /**
   * Start, end, start, end and so on, strictly ascending. Each bound switches the tokens above it
   * from outside to inside or back.
   */
  private final long[] bounds;

  private TokenRangeSet(long[] bounds) {
    this.bounds = bounds;
  }

  /** The set without tokens. */
  public static TokenRangeSet empty() {
    return EMPTY;
  }

  /** The set of all tokens. */
  public static TokenRangeSet wholeRing() {
    return WHOLE_RING;
  }

  /** The tokens of one range. */
  public static TokenRangeSet of(TokenRange range) {
    return of(List.of(range));
  }

  /** The tokens of all given ranges, which may come in any order and overlap. */
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

  /** The tokens that are in this set, in the other, or in both. */
  public TokenRangeSet union(TokenRangeSet other) {
    return combine(other, (mine, others) -> mine || others);
  }

  /** The tokens that are in both sets. */
  public TokenRangeSet intersect(TokenRangeSet other) {
    return combine(other, (mine, others) -> mine && others);
  }

  /**
   * The tokens of the range that are in this set, in time that grows with how many ranges they are.
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

  /** The tokens of this set that are not in the other. */
  public TokenRangeSet subtract(TokenRangeSet other) {
    return combine(other, (mine, others) -> mine && !others);
  }

  /** Whether the token is in the set. {@link Long#MIN_VALUE} is if {@link Long#MAX_VALUE} is. */
  public boolean contains(long token) {
    return (boundsBelow(token == Long.MIN_VALUE ? Long.MAX_VALUE : token) & 1) == 1;
  }

  /** Whether all rows of the range are in the set. */
  public boolean covers(TokenRange range) {
    for (TokenRange piece : range.unwrap()) {
      // Covered if its first token is inside and nothing switches before its last one.
      int below = boundsBelow(piece.startExclusive() + 1);
      if ((below & 1) == 0 || bounds[below] < piece.endInclusive()) {
        return false;
      }
    }
    return true;
  }

  /** Whether all tokens of the other set are in this one. */
  public boolean covers(TokenRangeSet other) {
    return other.subtract(this).isEmpty();
  }

  /** Whether the set has no token. */
  public boolean isEmpty() {
    return bounds.length == 0;
  }

  /** Whether the set has all tokens. */
  public boolean isWholeRing() {
    return equals(WHOLE_RING);
  }

  /**
   * The fewest disjoint ranges that make up the set, ordered by start. None of them wraps, so each
   * is one query: a set that goes on past the end of the ring is told as two ranges. One that
   * reaches the end of the ring ends at {@link Long#MIN_VALUE}, so that the ranges of a set and of
   * its complement {@linkplain Tiling tile} the ring.
   */
  public List<TokenRange> ranges() {
    List<TokenRange> result = new ArrayList<>(bounds.length / 2);
    for (int i = 0; i < bounds.length; i += 2) {
      long end = bounds[i + 1] == Long.MAX_VALUE ? Long.MIN_VALUE : bounds[i + 1];
      result.add(new TokenRange(bounds[i], end));
    }
    return List.copyOf(result);
  }

  /** The number of tokens in the set, from 0 to 2^64. */
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

  /** The ranges, as a list prints. */
  @Override
  public String toString() {
    return ranges().toString();
  }

  private int boundsBelow(long token) {
    int found = Arrays.binarySearch(bounds, token);
    return found < 0 ? -found - 1 : found;
  }

  /** Walks both sets' bounds in order and keeps those at which the combination switches. */
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
      // An odd number of bounds passed means inside.
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
