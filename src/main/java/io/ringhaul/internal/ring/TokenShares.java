package io.ringhaul.internal.ring;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.TokenRange;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Divides ranges by width into even shares. */
public final class TokenShares {

  private TokenShares() {}

  /**
   * Cuts ranges into consecutive shares that together are exactly the ranges. The widths of the
   * shares differ by at most one token.
   *
   * @param ranges the ranges to divide; a share may end inside a range
   * @param shares number of shares, at least 1
   * @return the shares in the order of the ranges; some are empty if there are fewer tokens than
   *     shares
   * @throws InvalidSettingException if {@code shares} is below 1
   */
  public static List<List<TokenRange>> of(List<TokenRange> ranges, int shares) {
    if (shares < 1) {
      throw new InvalidSettingException("shares", "shares is " + shares + "; it takes at least 1");
    }
    BigInteger total =
        ranges.stream().map(TokenRange::width).reduce(BigInteger.ZERO, BigInteger::add);
    List<List<TokenRange>> result = new ArrayList<>(shares);
    int next = 0;
    long start = ranges.isEmpty() ? 0 : ranges.get(0).startExclusive();
    BigInteger given = BigInteger.ZERO;
    for (int i = 1; i <= shares; i++) {
      BigInteger bound = total.multiply(BigInteger.valueOf(i)).divide(BigInteger.valueOf(shares));
      List<TokenRange> share = new ArrayList<>();
      while (given.compareTo(bound) < 0) {
        TokenRange range = ranges.get(next);
        boolean cut = start != range.startExclusive();
        TokenRange left = cut ? new TokenRange(start, range.endInclusive()) : range;
        BigInteger room = bound.subtract(given);
        if (left.width().compareTo(room) <= 0) {
          share.add(left);
          given = given.add(left.width());
          next++;
          start = next < ranges.size() ? ranges.get(next).startExclusive() : 0;
        } else {
          // Intended overflow: the range may wrap.
          long end = start + room.longValue();
          share.add(new TokenRange(start, end));
          given = bound;
          start = end;
        }
      }
      result.add(share);
    }
    return result;
  }
}
