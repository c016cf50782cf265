package io.ringhaul.internal.ring;

/**
 * A width cut into parts whose widths differ by at most one token. Widths are unsigned and modulo
 * 2^64: a single part that is the whole ring has width 0, which is the correct distance from its
 * start to its end.
 *
 * @param smaller width of the last parts
 * @param larger number of parts at the start that are one token wider; at least one, at most all
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

  /** Returns the width of a part; the first part has index 0. */
  public long share(int index) {
    return index < larger ? smaller + 1 : smaller;
  }
}
