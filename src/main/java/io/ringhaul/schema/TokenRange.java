package io.ringhaul.schema;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.ring.EvenShares;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * A range of the token ring: start-exclusive, end-inclusive, never empty. A range may wrap around
 * the end of the ring. A range that ends where it starts is the whole ring, as with one node that
 * has one token.
 *
 * <p>Ranges are ordered by start, then by end, both signed.
 *
 * @param startExclusive the token before the first token of the range
 * @param endInclusive the last token of the range
 */
public record TokenRange(long startExclusive, long endInclusive)
    implements Comparable<TokenRange>, Serializable {

  /** Returns the whole ring as the range that starts at {@link Long#MIN_VALUE}. */
  public static TokenRange wholeRing() {
    return new TokenRange(Long.MIN_VALUE, Long.MIN_VALUE);
  }

  /** Returns whether this is the whole ring, with any start. */
  public boolean isWholeRing() {
    return startExclusive == endInclusive;
  }

  /**
   * Returns whether the range wraps around the end of the ring and so needs two queries. A range
   * that ends at {@link Long#MIN_VALUE} does not wrap: no row has that token, so the range covers
   * all tokens after its start. The {@linkplain #isWholeRing() whole ring} does not wrap either,
   * since it is one query.
   */
  public boolean isWrapping() {
    return startExclusive > endInclusive && endInclusive != Long.MIN_VALUE;
  }

  /** Returns whether the range contains the token. */
  public boolean contains(long token) {
    return Long.compareUnsigned(token - startExclusive - 1, widthMinusOne()) <= 0;
  }

  /**
   * Returns the number of tokens of disjoint ranges that rows can have, as an unsigned long. The
   * count fits even for the whole ring, since it excludes {@link Long#MIN_VALUE}, which no row has.
   */
  public static long rowTokens(Collection<TokenRange> ranges) {
    long tokens = 0;
    for (TokenRange range : ranges) {
      for (TokenRange piece : range.unwrap()) {
        tokens += piece.endInclusive() - piece.startExclusive();
      }
    }
    return tokens;
  }

  /** Returns the number of tokens in the range, from 1 to 2^64. */
  public BigInteger width() {
    return unsigned(widthMinusOne()).add(BigInteger.ONE);
  }

  /**
   * Returns the number of tokens less one, as an unsigned long. The difference of two longs is
   * their distance along the ring, modulo 2^64, also for a range that wraps. Less one, even the
   * 2^64 tokens of the whole ring fit.
   */
  private long widthMinusOne() {
    return endInclusive - startExclusive - 1;
  }

  /**
   * Splits the range into consecutive parts in ring order that together are exactly this range. The
   * widths of the parts differ by at most one token; the wider parts come first.
   *
   * @param parts number of parts, at least 1; a range with fewer tokens gives one part for each
   *     token
   * @return the parts, unmodifiable
   * @throws InvalidSettingException if {@code parts} is below 1
   */
  public List<TokenRange> split(int parts) {
    if (parts < 1) {
      throw new InvalidSettingException("parts", "parts is " + parts + "; it takes at least 1");
    }
    long last = widthMinusOne();
    int count = Long.compareUnsigned(last, parts) < 0 ? Math.min(parts, (int) last + 1) : parts;
    EvenShares shares = EvenShares.of(last, count);
    List<TokenRange> result = new ArrayList<>(count);
    long start = startExclusive;
    for (int i = 0; i < count; i++) {
      // Intended overflow: the part wraps.
      long end = start + shares.share(i);
      result.add(new TokenRange(start, end));
      start = end;
    }
    return Collections.unmodifiableList(result);
  }

  /**
   * Returns the one or two pieces to query for the rows of this range, in ring order; none for
   * {@code (Long.MAX_VALUE, Long.MIN_VALUE]}, since no row has its only token. The whole ring is
   * one piece with any start.
   *
   * <p>A piece starts below its end. The end {@link Long#MAX_VALUE} means the end of the ring, and
   * the start {@link Long#MIN_VALUE} its beginning. So each piece needs exactly one of these
   * conditions:
   *
   * <ul>
   *   <li>{@code token > start} if it ends at the end of the ring;
   *   <li>otherwise {@code token <= end} if it starts at the beginning;
   *   <li>otherwise {@code token > start AND token <= end}.
   * </ul>
   *
   * No condition is {@code token <= Long.MIN_VALUE}, on which engines disagree, or {@code token >
   * Long.MAX_VALUE}.
   */
  public List<TokenRange> unwrap() {
    if (isWholeRing()) {
      return List.of(new TokenRange(Long.MIN_VALUE, Long.MAX_VALUE));
    }
    if (startExclusive < endInclusive) {
      return List.of(this);
    }
    List<TokenRange> result = new ArrayList<>(2);
    if (startExclusive != Long.MAX_VALUE) {
      result.add(new TokenRange(startExclusive, Long.MAX_VALUE));
    }
    if (endInclusive != Long.MIN_VALUE) {
      result.add(new TokenRange(Long.MIN_VALUE, endInclusive));
    }
    return List.copyOf(result);
  }

  @Override
  public int compareTo(TokenRange other) {
    int byStart = Long.compare(startExclusive, other.startExclusive);
    return byStart != 0 ? byStart : Long.compare(endInclusive, other.endInclusive);
  }

  /** The range as {@code (start, end]}. */
  @Override
  public String toString() {
    return "(" + startExclusive + ", " + endInclusive + "]";
  }

  private static BigInteger unsigned(long value) {
    BigInteger signed = BigInteger.valueOf(value);
    return value < 0 ? signed.add(BigInteger.ONE.shiftLeft(Long.SIZE)) : signed;
  }
}
