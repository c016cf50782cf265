package io.ringhaul.internal.request;

/**
 * Holds a flow to a rate. What comes in lumps, such as a page of rows, is taken when it is there
 * and paid for afterwards: the bucket goes into debt, and whoever took waits until it is paid. Time
 * in which nothing is taken is saved up to a quarter of a second. Thread-safe.
 */
final class TokenBucket {

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double SAVED_NANOS = NANOS_PER_SECOND / 4;

  private final double nanosEach;
  private double paidUntil;

  /**
   * @param perSecond the rate, 1 or more
   * @param now the time by the clock that {@link #take} is called with
   */
  TokenBucket(long perSecond, long now) {
    this.nanosEach = NANOS_PER_SECOND / perSecond;
    this.paidUntil = now;
  }

  /**
   * Takes so much.
   *
   * @param now the time in nanoseconds by a clock that does not go back
   * @return how many nanoseconds to wait before going on; 0 or more
   */
  synchronized long take(long amount, long now) {
    paidUntil = Math.max(paidUntil, now - SAVED_NANOS) + amount * nanosEach;
    return (long) Math.max(0, paidUntil - now);
  }
}
