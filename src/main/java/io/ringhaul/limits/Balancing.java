package io.ringhaul.limits;

import io.ringhaul.internal.request.RequestLimits;

/**
 * How the coordinator of a request is chosen among the live local replicas of its rows.
 *
 * <p>With {@link RequestLimits#maxInFlightPerNode()} a replica at that limit is never chosen, and
 * {@link #DRIVER} means {@link #LEAST_IN_FLIGHT}.
 *
 * <p>Default: {@link #DRIVER}, the policy that the application has chosen for its session. With
 * equal nodes, the benchmark {@code Balance} finds no value that is faster than {@code DRIVER} by
 * more than the noise. With one of three nodes 20 ms slower, {@link #LATENCY} takes 0.83 of the
 * time of {@code DRIVER} for counts and 0.97 for exports.
 */
public enum Balancing {

  /** The driver's load balancing policy chooses. */
  DRIVER,

  /** The replica whose last request was sent the longest ago. */
  ROUND_ROBIN,

  /** The replica with the fewest requests of this operation in flight. */
  LEAST_IN_FLIGHT,

  /**
   * The replica with the smallest expected response time: its moving average of latency, times its
   * requests in flight including this one. A failed request counts as a timeout. A slow replica
   * gets fewer requests, but never none.
   */
  LATENCY,

  /**
   * The first replica of the rows along the ring: always the same replica for the same rows while
   * it is up. All requests of a task then go to one node, so that only its caches hold the rows.
   * The load of the node is not considered.
   */
  AFFINITY
}
