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
 * A range of the token ring: start-exclusive, end-inclusive, never empty. A range may pass the end
 * of the ring and go on at its beginning. A range that ends where it starts is the whole ring, as
 * with one node that has one token.
 *
 * <p>Ranges are ordered by their start, then by their end, both signed.
 *
 * @param startExclusive the token after which the range starts
 * @param endInclusive the last token of the range
 */
public record TokenRange(long startExclusive, long endInclusive)
    implements Comparable<TokenRange>, Serializable {

  /** The whole ring, as the one range that starts at its beginning. */
  public static TokenRange wholeRing() {
    return new TokenRange(Long.MIN_VALUE, Long.MIN_VALUE);
  }

  /** Whether this is the whole ring, wherever on the ring it starts. */
  public boolean isWholeRing() {
    return startExclusive == endInclusive;
  }

  /**
   * Whether the range passes the end of the ring and goes on at its beginning, so that it takes two
   * queries. A range that ends at {@link Long#MIN_VALUE} does not: no row has that token, so the
   * range is all that follows its start. Nor does the {@linkplain #isWholeRing() whole ring}, which
   * is one query.
   */
  public boolean isWrapping() {
    return startExclusive > endInclusive && endInclusive != Long.MIN_VALUE;
  }

  /** Whether the token is in the range. */
  public boolean contains(long token) {
    return Long.compareUnsigned(token - startExclusive - 1, widthMinusOne()) <= 0;
  }

  /**
   * The number of tokens that rows of disjoint ranges can have, as an unsigned long: without {@link
   * Long#MIN_VALUE}, which no row has, those of the whole ring fit.
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

  /** The number of tokens in the range, from 1 to 2^64. */
  public BigInteger width() {
    return unsigned(widthMinusOne()).add(BigInteger.ONE);
  }

  /**
   * The number of tokens less one, as an unsigned long. The difference of two longs is their
   * distance along the ring, modulo 2^64, whether or not the way passes the end of the ring; less
   * one, even the 2^64 tokens of the whole ring fit.
   */
  private long widthMinusOne() {
    return endInclusive - startExclusive - 1;
  }

  /**
   * Cuts the range into parts that follow one another, in the order of the ring, and together are
   * exactly this range. The parts differ by at most one token, the wider ones first.
   *
   * @param parts how many parts, at least 1; a range with fewer tokens gives one part per token
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
      // Meant to overflow: that is how a part passes the end of the ring.
      long end = start + shares.share(i);
      result.add(new TokenRange(start, end));
      start = end;
    }
    return Collections.unmodifiableList(result);
  }

  /**
   * The one or two pieces to query for the rows of this range, in the order of the ring; none for
   * {@code (Long.MAX_VALUE, Long.MIN_VALUE]}, whose only token no row has. The whole ring is one
   * piece wherever it starts.
   *
   * <p>A piece starts below its end. {@link Long#MAX_VALUE} as its end means to the end of the
   * ring, {@link Long#MIN_VALUE} as its start from the beginning. So each piece has exactly one of
   * these conditions:
   *
   * <ul>
   *   <li>{@code token > start} if it goes to the end, wherever it starts;
   *   <li>otherwise {@code token <= end} if it comes from the beginning;
   *   <li>otherwise {@code token > start AND token <= end}.
   * </ul>
   *
   * None is {@code token <= Long.MIN_VALUE}, on which engines disagree, nor {@code token >
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
