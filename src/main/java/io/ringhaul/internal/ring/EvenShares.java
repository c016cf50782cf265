package io.ringhaul.internal.ring;

/**
 * A width cut into parts as even as whole tokens allow. Widths are unsigned and modulo 2^64: the
 * one part of the whole ring is 0, which is the right distance from its start to its end.
 *
 * @param smaller the width of the last parts
 * @param larger how many parts, the first ones, have one token more; at least one, maybe all
 */
public record EvenShares(long smaller, int larger) {

  /**
   * Cuts a width.
   *
   * @param widthMinusOne the width to cut, less one, unsigned
   * @param parts at least 1 and at most the width
   */
  public static EvenShares of(long widthMinusOne, int parts) {
    long quotient = Long.divideUnsigned(widthMinusOne, parts);
    int larger = (int) Long.remainderUnsigned(widthMinusOne, parts) + 1;
    return new EvenShares(quotient, larger);
  }

  /** The width of one part, counted from 0. */
  public long share(int index) {
    return index < larger ? smaller + 1 : smaller;
  }

  /** The width of the first parts together. */
  long first(int count) {
    return smaller * count + Math.min(count, larger);
  }
}
