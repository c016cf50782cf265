package io.ringhaul.limits;

import io.ringhaul.internal.request.RequestLimits;

/**
 * Which of the live local replicas of its rows coordinates a request.
 *
 * <p>With {@link RequestLimits#maxInFlightPerNode()} a replica that has as many requests as it may
 * is never chosen, and {@link #DRIVER} means {@link #LEAST_IN_FLIGHT}.
 *
 * <p>The default is {@link #DRIVER}. The benchmark {@code Balance} has found no way that is faster
 * than it by more than the noise where nodes are alike, so that the policy which the application
 * has chosen for its session holds. With one of three nodes 20 ms slower {@link #LATENCY} took 0.83
 * of its time for counts, and 0.97 for exports.
 */
public enum Balancing {

  /** The driver's load balancing policy chooses. */
  DRIVER,

  /** In turn: the one whose last request was given to it the longest ago. */
  ROUND_ROBIN,

  /** The one with the fewest requests of this operation in flight. */
  LEAST_IN_FLIGHT,

  /**
   * The one that would answer first: its mean latency, in which the latest answers weigh most,
   * times the requests that it would have in flight. A request that fails counts as one that was
   * not answered in time. A slow replica gets fewer requests, and never none.
   */
  LATENCY,

  /**
   * The first replica of the rows along the ring: as long as it is up always the same one for the
   * same rows. A task, and so the writer that works on it, then keeps to one node, whose caches see
   * each row once; the others are spared, whether it is busy or not.
   */
  AFFINITY
}
