package io.ringhaul.internal.request;

import io.ringhaul.limits.Balancing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The slots for requests in flight: a bound for all together, which follows the cluster's
 * overloads, and one for each node. Who waits is served in the order of asking; one whose nodes are
 * all busy does not hold up the others. Thread-safe.
 *
 * @param <N> what stands for a node
 */
final class InFlight<N> {

  /**
   * The right to have a request in flight.
   *
   * @param node the node that is to coordinate it; null if any may
   */
  record Slot<N>(@Nullable N node) {}

  private record Waiter<N>(List<N> nodes, CompletableFuture<Slot<N>> slot) {}

  private final InFlightBound bound;
  private final int perNode;
  private final NodeCosts<N> costs;
  private final Map<N, Integer> usedOf = new HashMap<>();
  private final Deque<Waiter<N>> waiters = new ArrayDeque<>();
  private final Map<Object, Integer> ceilings = new HashMap<>();
  private int used;
  private volatile boolean paused;
  private boolean closed;

  /**
   * @param most slots in all, 1 or more
   * @param perNode slots for each node; 0 for no bound
   * @param balancing which of several nodes is taken
   */
  InFlight(int most, int perNode, Balancing balancing) {
    this(most, perNode, balancing, System::nanoTime);
  }

  /** Creates slots that read the time from another clock. */
  InFlight(int most, int perNode, Balancing balancing, LongSupplier clock) {
    this.bound = new InFlightBound(most);
    this.perNode = perNode;
    this.costs = new NodeCosts<>(balancing, clock);
  }

  /**
   * A slot, waiting for it in the calling thread.
   *
   * @param nodes those that may coordinate the request; empty for any
   * @throws CancellationException if this was closed meanwhile
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

  /** A slot if there is one now, else null. */
  synchronized @Nullable Slot<N> tryAcquire(List<N> nodes) {
    // Those who wait could not use what is free: they would have it.
    return closed ? null : take(nodes);
  }

  /** Gives a slot back. */
  void release(Slot<N> slot) {
    synchronized (this) {
      used--;
      releaseNode(slot);
    }
    serve();
  }

  /**
   * Lets a request that pauses keep its slot, but not its node's: it may go to another next time.
   */
  Slot<N> pause(Slot<N> slot) {
    synchronized (this) {
      releaseNode(slot);
    }
    serve();
    return new Slot<>(null);
  }

  /** Takes up a request that {@linkplain #pause paused}, before all others that wait. */
  CompletableFuture<Slot<N>> resume(List<N> nodes) {
    CompletableFuture<Slot<N>> slot = new CompletableFuture<>();
    synchronized (this) {
      // There may be fewer slots by now.
      used--;
      enqueue(new Waiter<>(nodes, slot), true);
    }
    serve();
    return slot;
  }

  /** A request that this slot was for was answered after so long, or cost as much by failing. */
  void answered(Slot<N> slot, long nanos) {
    N node = slot.node();
    if (node != null) {
      synchronized (this) {
        costs.answered(node, nanos);
      }
    }
  }

  /** A request that was sent then met an overload: there are half as many slots. */
  synchronized void overloaded(long sent) {
    bound.overloaded(sent, System.nanoTime());
  }

  /** A request that was sent then succeeded: there may be more slots. */
  void succeeded(long sent) {
    boolean grown;
    synchronized (this) {
      grown = bound.succeeded(sent, System.nanoTime());
    }
    if (grown) {
      serve();
    }
  }

  /** How many slots there are at the most. */
  synchronized int most() {
    return bound.most();
  }

  /** From now on there are so many slots at the most, 1 or more. */
  void most(int slots) {
    synchronized (this) {
      bound.most(slots);
    }
    serve();
  }

  /** From now on nobody gets a slot beyond so many, 0 or more, until the same one says more. */
  void ceiling(Object whose, int slots) {
    synchronized (this) {
      ceilings.put(whose, slots);
      paused = ceilings.containsValue(0);
      notifyAll();
    }
    serve();
  }

  /** Whether nobody may have a slot at all; asked for each row. */
  boolean isPaused() {
    return paused;
  }

  /** Waits in the calling thread until that is over. */
  synchronized void awaitOpen() throws InterruptedException {
    while (paused && !closed) {
      wait();
    }
  }

  /** How many slots are taken just now. */
  synchronized int used() {
    return used;
  }

  /** How many requests may be in flight just now. */
  synchronized int bound() {
    int least = bound.get();
    for (int ceiling : ceilings.values()) {
      least = Math.min(least, ceiling);
    }
    return least;
  }

  /** Whoever waits hears that the operation has ended, and so does whoever asks later. */
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

  /** Gives out what is free. Those who get it go on in this thread, and outside of the lock. */
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
      // It was interrupted and waits no more.
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

  /** Of the nodes that have a slot, the one that is best asked; null if none has. */
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
   * How many requests may be in flight just now: half as many after an overload, and slowly more
   * again while requests succeed. An overload that was met by a request from before the last change
   * says nothing of the change, so that one burst of refusals halves once. Not thread-safe.
   */
  static final class InFlightBound {

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

  /**
   * What another request would cost at a node: of the nodes that may coordinate it, the cheapest is
   * chosen. Not thread-safe.
   *
   * @param <N> what stands for a node
   */
  private static final class NodeCosts<N> {

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
            (mean, last) ->
                new Latency(mean.nanos() + (last.nanos() - mean.nanos()) * WEIGHT, now));
      }
    }
  }
}
