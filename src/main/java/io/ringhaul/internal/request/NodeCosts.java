package io.ringhaul.internal.request;

import io.ringhaul.limits.Balancing;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What another request would cost at a node: of the nodes that may coordinate it, the cheapest is
 * chosen. Not thread-safe.
 *
 * @param <N> what stands for a node
 */
final class NodeCosts<N> {

  /** How much the latest answer weighs: half of the mean is of the last 11. */
  private static final double WEIGHT = 1.0 / 16;

  /** A mean that nothing is added to halves in such a time, so that its node is tried again. */
  private static final double HALF_LIFE_NANOS = 1e9;

  /** A mean latency, and when the last answer was added. */
  private record Latency(double nanos, long at) {}

  private final Balancing balancing;
  private final LongSupplier clock;
  private final Map<N, Long> turns = new HashMap<>();
  private final Map<N, Latency> latencies = new HashMap<>();
  private long lastTurn;

  /**
   * @param clock the time in nanoseconds, from any moment on
   */
  NodeCosts(Balancing balancing, LongSupplier clock) {
    this.balancing = balancing;
    this.clock = clock;
  }

  /**
   * The cost of another request.
   *
   * @param used how many it has in flight
   */
  double of(N node, int used) {
    return switch (balancing) {
      case ROUND_ROBIN -> turns.getOrDefault(node, 0L);
      case DRIVER, LEAST_IN_FLIGHT -> used;
      // Of a node that has not answered yet nothing is known but that it may be tried.
      case LATENCY -> latency(node, used) * (used + 1);
      // All the same: then the first one is chosen.
      case AFFINITY -> 0;
    };
  }

  /** A node that owes answers is not forgiven: it may be hanging. */
  private double latency(N node, int used) {
    Latency mean = latencies.get(node);
    if (mean == null) {
      return 0;
    }
    return used > 0
        ? mean.nanos()
        : mean.nanos() * Math.pow(0.5, (clock.getAsLong() - mean.at()) / HALF_LIFE_NANOS);
  }

  /** The node was chosen. */
  void given(N node) {
    if (balancing == Balancing.ROUND_ROBIN) {
      turns.put(node, ++lastTurn);
    }
  }

  /** The node has answered after so long, or cost as much by failing. */
  void answered(N node, long nanos) {
    if (balancing == Balancing.LATENCY) {
      long now = clock.getAsLong();
      latencies.merge(
          node,
          new Latency(nanos, now),
          (mean, last) -> new Latency(mean.nanos() + (last.nanos() - mean.nanos()) * WEIGHT, now));
    }
  }
}
