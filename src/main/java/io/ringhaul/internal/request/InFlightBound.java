package io.ringhaul.internal.request;

/**
 * How many requests may be in flight just now: half as many after an overload, and slowly more
 * again while requests succeed. An overload that was met by a request from before the last change
 * says nothing of the change, so that one burst of refusals halves once. Not thread-safe.
 */
final class InFlightBound {

  /** The bound grows by a step once in this time at the most. */
  static final long GROWTH_NANOS = 500_000_000;

  /** From nothing to all takes so many steps at the least: 16 s. */
  private static final int STEPS = 32;

  private int most;
  private int now;
  private long changed = Long.MIN_VALUE;

  /**
   * @param most the bound at the start, not exceeded unless {@link #most(int)} says so; 1 or more
   */
  InFlightBound(int most) {
    this.most = most;
    this.now = most;
  }

  int get() {
    return now;
  }

  /** The bound that is not exceeded. */
  int most() {
    return most;
  }

  /** Another bound that is not exceeded; what an overload has taken away stays away. */
  void most(int requests) {
    now = now == most ? requests : Math.min(now, requests);
    most = requests;
  }

  /**
   * A request met an overload.
   *
   * @param sent when the request was sent, in nanoseconds by any clock that does not go back
   * @param time the time by the same clock
   */
  void overloaded(long sent, long time) {
    if (sent > changed) {
      now = Math.max(1, now / 2);
      changed = time;
    }
  }

  /**
   * A request succeeded.
   *
   * @return whether the bound has grown
   */
  boolean succeeded(long sent, long time) {
    if (now == most || sent <= changed || time - changed < GROWTH_NANOS) {
      return false;
    }
    now = Math.min(most, now + Math.max(1, most / STEPS));
    changed = time;
    return true;
  }
}
