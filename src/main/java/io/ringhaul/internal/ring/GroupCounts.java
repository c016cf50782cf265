package io.ringhaul.internal.ring;

import java.util.Arrays;

/** Tells how many groups each owner gets. */
final class GroupCounts {

  private GroupCounts() {}

  /**
   * Shares out groups by width so that the widest group is as narrow as the total allows: each
   * owner gets its width divided by that of the widest group, rounded up. So each gets at least
   * one.
   *
   * @param widthsMinusOne the width of each owner, less one, unsigned; together the whole ring
   * @param total how many groups there are to be; far fewer than there are tokens
   * @return the count of each owner; together the total, or one each if there are more owners
   */
  static int[] of(long[] widthsMinusOne, int total) {
    int owners = widthsMinusOne.length;
    int[] counts = new int[owners];
    if (owners >= total) {
      Arrays.fill(counts, 1);
      return counts;
    }
    // The least width of a group for which the total is enough, by bisection, unsigned.
    long low = 1;
    long high = -1;
    while (low != high) {
      long middle = low + ((high - low) >>> 1);
      if (sum(widthsMinusOne, middle, total) <= total) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    int left = total;
    for (int i = 0; i < owners; i++) {
      counts[i] = (int) groups(widthsMinusOne[i], low);
      left -= counts[i];
    }
    // Several owners may be on the edge to one group more; what is left goes to the first of them.
    for (int i = 0; i < owners && left > 0; i++) {
      if (groups(widthsMinusOne[i], low - 1) > counts[i]) {
        counts[i]++;
        left--;
      }
    }
    return counts;
  }

  private static long groups(long widthMinusOne, long groupWidth) {
    return Long.divideUnsigned(widthMinusOne, groupWidth) + 1;
  }

  /** The number of groups of a width; anything above the limit stands for more than the limit. */
  private static long sum(long[] widthsMinusOne, long groupWidth, int limit) {
    long sum = 0;
    for (long width : widthsMinusOne) {
      // One group less than groups(), which would overflow for the whole ring in groups of one.
      long full = Long.divideUnsigned(width, groupWidth);
      if (Long.compareUnsigned(full, limit) >= 0) {
        return limit + 1L;
      }
      sum += full + 1;
    }
    return sum;
  }
}
