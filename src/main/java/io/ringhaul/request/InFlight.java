package io.ringhaul.request;

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
 * The places for requests in flight: a bound for all together, which follows the cluster's
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
  record Place<N>(@Nullable N node) {}

  private record Waiter<N>(List<N> nodes, CompletableFuture<Place<N>> place) {}

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
   * @param most places in all, 1 or more
   * @param perNode places for each node; 0 for no bound
   * @param balancing which of several nodes is taken
   */
  InFlight(int most, int perNode, Balancing balancing) {
    this(most, perNode, balancing, System::nanoTime);
  }

  /** The same by another clock than the system's. */
  InFlight(int most, int perNode, Balancing balancing, LongSupplier clock) {
    this.bound = new InFlightBound(most);
    this.perNode = perNode;
    this.costs = new NodeCosts<>(balancing, clock);
  }

  /**
   * A place, waiting for it in the calling thread.
   *
   * @param nodes those that may coordinate the request; empty for any
   * @throws CancellationException if this was closed meanwhile
   */
  Place<N> acquire(List<N> nodes) throws InterruptedException {
    CompletableFuture<Place<N>> place = new CompletableFuture<>();
    synchronized (this) {
      enqueue(new Waiter<>(nodes, place), false);
    }
    serve();
    try {
      return place.get();
    } catch (InterruptedException e) {
      if (!place.cancel(false) && !place.isCompletedExceptionally()) {
        release(place.join());
      }
      throw e;
    } catch (ExecutionException e) {
      throw cancelled();
    }
  }

  /** A place if there is one now, else null. */
  synchronized @Nullable Place<N> tryAcquire(List<N> nodes) {
    // Those who wait could not use what is free: they would have it.
    return closed ? null : take(nodes);
  }

  /** Gives a place back. */
  void release(Place<N> place) {
    synchronized (this) {
      used--;
      releaseNode(place);
    }
    serve();
  }

  /**
   * Lets a request that pauses keep its place, but not its node's: it may go to another next time.
   */
  Place<N> pause(Place<N> place) {
    synchronized (this) {
      releaseNode(place);
    }
    serve();
    return new Place<>(null);
  }

  /** Takes up a request that {@linkplain #pause paused}, before all others that wait. */
  CompletableFuture<Place<N>> resume(List<N> nodes) {
    CompletableFuture<Place<N>> place = new CompletableFuture<>();
    synchronized (this) {
      // There may be fewer places by now.
      used--;
      enqueue(new Waiter<>(nodes, place), true);
    }
    serve();
    return place;
  }

  /** A request that this place was for was answered after so long, or cost as much by failing. */
  void answered(Place<N> place, long nanos) {
    N node = place.node();
    if (node != null) {
      synchronized (this) {
        costs.answered(node, nanos);
      }
    }
  }

  /** A request that was sent then met an overload: there are half as many places. */
  synchronized void overloaded(long sent) {
    bound.overloaded(sent, System.nanoTime());
  }

  /** A request that was sent then succeeded: there may be more places. */
  void succeeded(long sent) {
    boolean grown;
    synchronized (this) {
      grown = bound.succeeded(sent, System.nanoTime());
    }
    if (grown) {
      serve();
    }
  }

  /** How many places there are at the most. */
  synchronized int most() {
    return bound.most();
  }

  /** From now on there are so many places at the most, 1 or more. */
  void most(int places) {
    synchronized (this) {
      bound.most(places);
    }
    serve();
  }

  /** From now on nobody gets a place beyond so many, 0 or more, until the same one says more. */
  void ceiling(Object whose, int places) {
    synchronized (this) {
      ceilings.put(whose, places);
      paused = ceilings.containsValue(0);
      notifyAll();
    }
    serve();
  }

  /** Whether nobody may have a place at all; asked for each row. */
  boolean isPaused() {
    return paused;
  }

  /** Waits in the calling thread until that is over. */
  synchronized void awaitOpen() throws InterruptedException {
    while (paused && !closed) {
      wait();
    }
  }

  /** How many places are taken just now. */
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
    left.forEach(waiter -> waiter.place().completeExceptionally(cancelled()));
  }

  static CancellationException cancelled() {
    return new CancellationException("the operation has ended");
  }

  private void enqueue(Waiter<N> waiter, boolean first) {
    if (closed) {
      waiter.place().completeExceptionally(cancelled());
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
        Place<N> place = take(waiter.nodes());
        if (place != null) {
          each.remove();
          served.add(() -> handOver(waiter, place));
        }
      }
    }
    served.forEach(Runnable::run);
  }

  private void handOver(Waiter<N> waiter, Place<N> place) {
    if (!waiter.place().complete(place)) {
      // It was interrupted and waits no more.
      release(place);
    }
  }

  private @Nullable Place<N> take(List<N> nodes) {
    if (used >= bound()) {
      return null;
    }
    if (nodes.isEmpty()) {
      used++;
      return new Place<>(null);
    }
    N cheapest = cheapest(nodes);
    if (cheapest == null) {
      return null;
    }
    used++;
    usedOf.merge(cheapest, 1, Integer::sum);
    costs.given(cheapest);
    return new Place<>(cheapest);
  }

  /** Of the nodes that have a place, the one that is best asked; null if none has. */
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

  private void releaseNode(Place<N> place) {
    if (place.node() != null) {
      usedOf.merge(place.node(), -1, Integer::sum);
    }
  }
}
