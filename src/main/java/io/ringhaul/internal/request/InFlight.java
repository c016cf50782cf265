package io.ringhaul.internal.request;

import io.ringhaul.limits.Balancing;
import io.ringhaul.monitor.LimitingFactor.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The slots for requests in flight, with a total bound, which adapts to overloads, and a limit for
 * each node. Slots are assigned in the order of requests; a request whose nodes are all busy does
 * not block later ones. Thread-safe.
 *
 * @param <N> type of a node
 */
final class InFlight<N> {

  /**
   * A permit to have one request in flight.
   *
   * @param node the node that coordinates the request; null for any node
   */
  record Slot<N>(@Nullable N node) {}

  private record Waiter<N>(List<N> nodes, CompletableFuture<Slot<N>> slot) {}

  private final InFlightBound bound;
  private final int perNode;
  private final NodeCosts<N> costs;
  private final Map<N, Integer> usedOf = new HashMap<>();
  private final Deque<Waiter<N>> waiters = new ArrayDeque<>();
  private final Map<Kind, Integer> ceilings = new EnumMap<>(Kind.class);
  private int used;
  private volatile boolean paused;
  private boolean closed;

  /**
   * @param most number of slots, 1 or more
   * @param perNode slots for each node; 0 for no limit
   * @param balancing selects one of several nodes
   */
  InFlight(int most, int perNode, Balancing balancing) {
    this(most, perNode, balancing, System::nanoTime);
  }

  /** Creates slots with another clock, for tests. */
  InFlight(int most, int perNode, Balancing balancing, LongSupplier clock) {
    this.bound = new InFlightBound(most);
    this.perNode = perNode;
    this.costs = new NodeCosts<>(balancing, clock);
  }

  /**
   * Waits for a slot in the calling thread.
   *
   * @param nodes nodes that may coordinate the request; empty for any node
   * @throws CancellationException if {@link #close()} was called
   */
  Slot<N> acquire(List<N> nodes) throws InterruptedException {
    CompletableFuture<Slot<N>> slot = new CompletableFuture<>();
    synchronized (this) {
      enqueue(new Waiter<>(nodes, slot), false);
    }
    serve();
    try {
      return slot.get();
    } catch (InterruptedException e) {
      if (!slot.cancel(false) && !slot.isCompletedExceptionally()) {
        release(slot.join());
      }
      throw e;
    } catch (ExecutionException e) {
      throw cancelled();
    }
  }

  /** Returns a free slot, or null if there is none. */
  synchronized @Nullable Slot<N> tryAcquire(List<N> nodes) {
    // Waiting requests cannot use a free slot: they would have been served already.
    return closed ? null : take(nodes);
  }

  /** Returns a slot. */
  void release(Slot<N> slot) {
    synchronized (this) {
      used--;
      releaseNode(slot);
    }
    serve();
  }

  /**
   * Frees the node of a request that pauses but keeps its slot. The next attempt may use another
   * node.
   */
  Slot<N> pause(Slot<N> slot) {
    synchronized (this) {
      releaseNode(slot);
    }
    serve();
    return new Slot<>(null);
  }

  /** Gets a slot for a request that {@linkplain #pause paused}, before all waiting requests. */
  CompletableFuture<Slot<N>> resume(List<N> nodes) {
    CompletableFuture<Slot<N>> slot = new CompletableFuture<>();
    synchronized (this) {
      // The bound may be lower now.
      used--;
      enqueue(new Waiter<>(nodes, slot), true);
    }
    serve();
    return slot;
  }

  /** Records the latency of a request in this slot. A failed request counts with a penalty. */
  void answered(Slot<N> slot, long nanos) {
    N node = slot.node();
    if (node != null) {
      synchronized (this) {
        costs.answered(node, nanos);
      }
    }
  }

  /**
   * Halves the bound after the overload of a request.
   *
   * @param sent when the request was sent, by {@link System#nanoTime()}
   */
  synchronized void overloaded(long sent) {
    bound.overloaded(sent, System.nanoTime());
  }

  /**
   * Raises the bound, if due, after the success of a request.
   *
   * @param sent when the request was sent, by {@link System#nanoTime()}
   */
  void succeeded(long sent) {
    boolean grown;
    synchronized (this) {
      grown = bound.succeeded(sent, System.nanoTime());
    }
    if (grown) {
      serve();
    }
  }

  /** Returns the maximum number of slots. */
  synchronized int most() {
    return bound.most();
  }

  /** Sets the maximum number of slots, 1 or more. */
  void most(int slots) {
    synchronized (this) {
      bound.most(slots);
    }
    serve();
  }

  /**
   * Limits the used slots to a ceiling, 0 or more, which replaces the previous ceiling for the same
   * reason.
   */
  void ceiling(Kind why, int slots) {
    synchronized (this) {
      ceilings.put(why, slots);
      paused = ceilings.containsValue(0);
      notifyAll();
    }
    serve();
  }

  /** Whether a ceiling of 0 pauses all requests. Called for each row. */
  boolean isPaused() {
    return paused;
  }

  /** Waits in the calling thread until the pause ends. */
  synchronized void awaitOpen() throws InterruptedException {
    while (paused && !closed) {
      wait();
    }
  }

  /** Returns the number of used slots. */
  synchronized int used() {
    return used;
  }

  /** Returns the current bound on requests in flight. */
  synchronized int bound() {
    int least = bound.get();
    for (int ceiling : ceilings.values()) {
      least = Math.min(least, ceiling);
    }
    return least;
  }

  /** Returns the reason for a bound below the maximum; empty without such a bound. */
  synchronized Optional<Kind> boundedBy() {
    int least = bound.most();
    Optional<Kind> why = Optional.empty();
    if (bound.get() < least) {
      least = bound.get();
      why = Optional.of(Kind.CLUSTER);
    }
    for (Map.Entry<Kind, Integer> ceiling : ceilings.entrySet()) {
      if (ceiling.getValue() < least) {
        least = ceiling.getValue();
        why = Optional.of(ceiling.getKey());
      }
    }
    return why;
  }

  /** Cancels all waiting and future requests for a slot. */
  void close() {
    List<Waiter<N>> left;
    synchronized (this) {
      closed = true;
      notifyAll();
      left = new ArrayList<>(waiters);
      waiters.clear();
    }
    left.forEach(waiter -> waiter.slot().completeExceptionally(cancelled()));
  }

  static CancellationException cancelled() {
    return new CancellationException("the operation has ended");
  }

  private void enqueue(Waiter<N> waiter, boolean first) {
    if (closed) {
      waiter.slot().completeExceptionally(cancelled());
    } else if (first) {
      waiters.addFirst(waiter);
    } else {
      waiters.addLast(waiter);
    }
  }

  /** Assigns free slots. Requests that get one continue in the calling thread, outside the lock. */
  private void serve() {
    List<Runnable> served = new ArrayList<>();
    synchronized (this) {
      Iterator<Waiter<N>> each = waiters.iterator();
      while (used < bound() && each.hasNext()) {
        Waiter<N> waiter = each.next();
        Slot<N> slot = take(waiter.nodes());
        if (slot != null) {
          each.remove();
          served.add(() -> handOver(waiter, slot));
        }
      }
    }
    served.forEach(Runnable::run);
  }

  private void handOver(Waiter<N> waiter, Slot<N> slot) {
    if (!waiter.slot().complete(slot)) {
      // The request was interrupted and no longer waits.
      release(slot);
    }
  }

  private @Nullable Slot<N> take(List<N> nodes) {
    if (used >= bound()) {
      return null;
    }
    if (nodes.isEmpty()) {
      used++;
      return new Slot<>(null);
    }
    N cheapest = cheapest(nodes);
    if (cheapest == null) {
      return null;
    }
    used++;
    usedOf.merge(cheapest, 1, Integer::sum);
    costs.given(cheapest);
    return new Slot<>(cheapest);
  }

  /** Returns the cheapest of the nodes with a free slot; null if there is none. */
  private @Nullable N cheapest(List<N> nodes) {
    @Nullable N cheapest = null;
    double least = Double.POSITIVE_INFINITY;
    for (N node : nodes) {
      int inUse = usedOf(node);
      double cost = costs.of(node, inUse);
      if (cost < least && (perNode == 0 || inUse < perNode)) {
        cheapest = node;
        least = cost;
      }
    }
    return cheapest;
  }

  private int usedOf(N node) {
    return usedOf.getOrDefault(node, 0);
  }

  private void releaseNode(Slot<N> slot) {
    if (slot.node() != null) {
      usedOf.merge(slot.node(), -1, Integer::sum);
    }
  }

  /**
   * The adaptive bound on requests in flight: halved after an overload, and raised slowly while
   * requests succeed. An overload of a request sent before the last change is ignored, so that one
   * burst of overloads halves the bound once. Not thread-safe.
   */
  static final class InFlightBound {

    /** Minimum time between two steps up. */
    static final long GROWTH_NANOS = 500_000_000;

    /** Minimum number of steps from zero to the maximum, which takes 16 s. */
    private static final int STEPS = 32;

    private int most;
    private int now;
    private long changed = Long.MIN_VALUE;

    /**
     * @param most the initial and maximum bound, 1 or more
     */
    InFlightBound(int most) {
      this.most = most;
      this.now = most;
    }

    int get() {
      return now;
    }

    /** Returns the maximum of the bound. */
    int most() {
      return most;
    }

    /** Sets the maximum. A bound that an overload has lowered stays low. */
    void most(int requests) {
      now = now == most ? requests : Math.min(now, requests);
      most = requests;
    }

    /**
     * Records the overload of a request.
     *
     * @param sent when the request was sent, in nanoseconds of a monotonic clock
     * @param time the current time of the same clock
     */
    void overloaded(long sent, long time) {
      if (sent > changed) {
        now = Math.max(1, now / 2);
        changed = time;
      }
    }

    /**
     * Records the success of a request.
     *
     * @return whether the bound has risen
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

  /**
   * The cost of one more request at each node; the cheapest node coordinates it. Not thread-safe.
   *
   * @param <N> type of a node
   */
  private static final class NodeCosts<N> {

    /** Weight of the latest response; the last 11 responses make half of the mean. */
    private static final double WEIGHT = 1.0 / 16;

    /** Time in which the mean of an unused node halves, so that the node is tried again. */
    private static final double HALF_LIFE_NANOS = 1e9;

    /** A mean latency and the time of its last update. */
    private record Latency(double nanos, long at) {}

    private final Balancing balancing;
    private final LongSupplier clock;
    private final Map<N, Long> turns = new HashMap<>();
    private final Map<N, Latency> latencies = new HashMap<>();
    private long lastTurn;

    /**
     * @param clock time in nanoseconds with any origin
     */
    NodeCosts(Balancing balancing, LongSupplier clock) {
      this.balancing = balancing;
      this.clock = clock;
    }

    /**
     * Returns the cost of one more request.
     *
     * @param used number of requests that the node has in flight
     */
    double of(N node, int used) {
      return switch (balancing) {
        case ROUND_ROBIN -> turns.getOrDefault(node, 0L);
        case DRIVER, LEAST_IN_FLIGHT -> used;
        // A node without a response yet costs 0, so that it is tried.
        case LATENCY -> latency(node, used) * (used + 1);
        // Equal costs select the first node.
        case AFFINITY -> 0;
      };
    }

    /** The mean of a node with requests in flight does not decay, since the node may hang. */
    private double latency(N node, int used) {
      Latency mean = latencies.get(node);
      if (mean == null) {
        return 0;
      }
      return used > 0
          ? mean.nanos()
          : mean.nanos() * Math.pow(0.5, (clock.getAsLong() - mean.at()) / HALF_LIFE_NANOS);
    }

    /** Records that the node was selected. */
    void given(N node) {
      if (balancing == Balancing.ROUND_ROBIN) {
        turns.put(node, ++lastTurn);
      }
    }

    /** Records the latency of a response of the node. */
    void answered(N node, long nanos) {
      if (balancing == Balancing.LATENCY) {
        long now = clock.getAsLong();
        latencies.merge(
            node,
            new Latency(nanos, now),
            (mean, last) ->
                new Latency(mean.nanos() + (last.nanos() - mean.nanos()) * WEIGHT, now));
      }
    }
  }
}
