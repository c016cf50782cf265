package io.ringhaul.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.internal.request.InFlight.Slot;
import io.ringhaul.limits.Balancing;
import io.ringhaul.seeds.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks that slots keep to the bounds, are assigned in order, and are never lost. */
@Timeout(30)
class InFlightTest {

  private static final List<String> ANY = List.of();

  @Test
  void limitsTheNumberOfSlots() throws InterruptedException {
    InFlight<String> slots = new InFlight<>(2, 0, Balancing.DRIVER);
    Slot<String> first = slots.acquire(ANY);
    assertThat(slots.tryAcquire(ANY)).isNotNull();
    assertThat(slots.tryAcquire(ANY)).isNull();
    slots.release(first);
    assertThat(slots.tryAcquire(ANY)).isNotNull();
    assertThat(slots.tryAcquire(ANY)).isNull();
  }

  @Test
  void selectsTheLeastBusyNode() throws InterruptedException {
    InFlight<String> slots = new InFlight<>(10, 2, Balancing.DRIVER);
    List<String> both = List.of("a", "b");
    List<@Nullable String> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(slots.acquire(both).node());
    }
    assertThat(taken).containsExactly("a", "b", "a", "b");
    assertThat(slots.tryAcquire(both)).isNull();
    assertThat(slots.tryAcquire(List.of("c"))).isEqualTo(new Slot<>("c"));
    slots.release(new Slot<>("b"));
    assertThat(slots.tryAcquire(List.of("a"))).isNull();
    assertThat(slots.tryAcquire(both)).isEqualTo(new Slot<>("b"));
  }

  @Test
  void roundRobinDistributesEvenly() throws InterruptedException {
    InFlight<String> slots = new InFlight<>(10, 0, Balancing.ROUND_ROBIN);
    List<String> all = List.of("a", "b", "c");
    List<@Nullable String> taken = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Slot<String> slot = slots.acquire(all);
      taken.add(slot.node());
      slots.release(slot);
    }
    assertThat(taken).containsExactly("a", "b", "c", "a", "b", "c");
  }

  @Test
  void roundRobinDoesNotFavourAReturningNode() throws InterruptedException {
    InFlight<String> slots = new InFlight<>(10, 0, Balancing.ROUND_ROBIN);
    for (int i = 0; i < 100; i++) {
      slots.release(slots.acquire(List.of("a", "b")));
    }
    List<@Nullable String> taken = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Slot<String> slot = slots.acquire(List.of("a", "b", "back"));
      taken.add(slot.node());
      slots.release(slot);
    }
    assertThat(taken).containsExactly("back", "a", "b", "back", "a", "b");
  }

  @Test
  void latencyBalancingRetriesAnUnusedNode() throws InterruptedException {
    AtomicLong now = new AtomicLong();
    InFlight<String> slots = new InFlight<>(9, 0, Balancing.LATENCY, now::get);
    List<String> both = List.of("failing", "sound");
    for (int i = 0; i < 2; i++) {
      Slot<String> slot = slots.acquire(both);
      slots.answered(slot, "failing".equals(slot.node()) ? 2_000_000_000 : 1_000_000);
      slots.release(slot);
    }
    int second = 0;
    for (String taken = ""; !"failing".equals(taken); second++) {
      now.set(second * 1_000_000_000L);
      Slot<String> slot = slots.acquire(both);
      taken = String.valueOf(slot.node());
      slots.answered(slot, 1_000_000);
      slots.release(slot);
    }
    // After eleven halvings, two seconds count as about a millisecond.
    assertThat(second).isBetween(11, 13);
  }

  @Test
  void latencyBalancingAvoidsANodeWithOpenRequests() throws InterruptedException {
    AtomicLong now = new AtomicLong();
    InFlight<String> slots = new InFlight<>(9, 0, Balancing.LATENCY, now::get);
    List<String> both = List.of("hanging", "sound");
    for (int i = 0; i < 2; i++) {
      Slot<String> slot = slots.acquire(both);
      slots.answered(slot, 5_000_000);
      slots.release(slot);
    }
    // The next two requests go to one node each, and one of them gets no response.
    List<Slot<String>> asked = List.of(slots.acquire(both), slots.acquire(both));
    asked.stream()
        .filter(slot -> "sound".equals(slot.node()))
        .forEach(
            slot -> {
              slots.answered(slot, 5_000_000);
              slots.release(slot);
            });
    for (int second = 1; second <= 20; second++) {
      now.set(second * 1_000_000_000L);
      Slot<String> slot = slots.acquire(both);
      assertThat(slot.node()).isEqualTo("sound");
      slots.answered(slot, 5_000_000);
      slots.release(slot);
    }
  }

  @Test
  void latencyBalancingPrefersTheFastestNode() throws InterruptedException {
    InFlight<String> slots = new InFlight<>(9, 0, Balancing.LATENCY, () -> 0);
    List<String> both = List.of("slow", "fast");
    for (int i = 0; i < 2; i++) {
      Slot<String> slot = slots.acquire(both);
      slots.answered(slot, "slow".equals(slot.node()) ? 3_000_000 : 1_000_000);
      slots.release(slot);
    }
    List<@Nullable String> taken = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      taken.add(slots.acquire(both).node());
    }
    assertThat(taken).filteredOn("slow"::equals).hasSize(2);
  }

  @Test
  void waitingForABusyNodeDoesNotBlockOthers() throws InterruptedException {
    InFlight<String> slots = new InFlight<>(3, 1, Balancing.DRIVER);
    Slot<String> a = slots.acquire(List.of("a"));
    CompletableFuture<Slot<String>> waiting =
        CompletableFuture.supplyAsync(() -> acquire(slots, List.of("a")));
    Thread.sleep(50);
    assertThat(waiting).isNotDone();
    assertThat(slots.tryAcquire(List.of("b"))).isNotNull();
    slots.release(a);
    assertThat(waiting.join().node()).isEqualTo("a");
  }

  @Test
  void overloadHalvesTheSlots() throws InterruptedException {
    InFlight<String> slots = new InFlight<>(8, 0, Balancing.DRIVER);
    List<Slot<String>> taken = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      taken.add(slots.acquire(ANY));
    }
    long sent = System.nanoTime();
    slots.overloaded(sent);
    // Further overloads of the same burst are ignored.
    slots.overloaded(sent);
    assertThat(slots.bound()).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      slots.release(taken.get(i));
      assertThat(slots.tryAcquire(ANY)).isNull();
    }
    slots.release(taken.get(4));
    assertThat(slots.tryAcquire(ANY)).isNotNull();
  }

  @Test
  void pausedRequestKeepsItsSlotAndPrecedesOthers() throws InterruptedException {
    InFlight<String> slots = new InFlight<>(1, 1, Balancing.DRIVER);
    Slot<String> held = slots.pause(slots.acquire(List.of("a")));
    assertThat(held.node()).isNull();
    CompletableFuture<Slot<String>> waiting =
        CompletableFuture.supplyAsync(() -> acquire(slots, List.of("a")));
    Thread.sleep(50);
    assertThat(waiting).isNotDone();
    CompletableFuture<Slot<String>> resumed = slots.resume(List.of("a", "b"));
    assertThat(resumed.join().node()).isEqualTo("a");
    assertThat(waiting).isNotDone();
    slots.release(resumed.join());
    assertThat(waiting.join().node()).isEqualTo("a");
  }

  @Test
  void pausedRequestWaitsAfterTheBoundFell() throws InterruptedException {
    InFlight<String> slots = new InFlight<>(2, 0, Balancing.DRIVER);
    Slot<String> other = slots.acquire(ANY);
    slots.pause(slots.acquire(ANY));
    slots.overloaded(System.nanoTime());
    CompletableFuture<Slot<String>> resumed = slots.resume(ANY);
    assertThat(resumed).isNotDone();
    slots.release(other);
    assertThat(resumed).isDone();
  }

  @Test
  void closeCancelsWaitingRequests() throws Exception {
    InFlight<String> slots = new InFlight<>(1, 0, Balancing.DRIVER);
    slots.pause(slots.acquire(ANY));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Slot<String>> waiting = thread.submit(() -> slots.acquire(ANY));
    Thread.sleep(50);
    slots.close();
    assertThatThrownBy(waiting::get).hasCauseInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> slots.acquire(ANY)).isInstanceOf(CancellationException.class);
    assertThat(slots.tryAcquire(ANY)).isNull();
    assertThat(slots.resume(ANY)).isCompletedExceptionally();
    thread.shutdown();
  }

  /**
   * Threads acquire, pause, resume, overload and interrupt concurrently; the bounds must hold and
   * every thread must finish.
   */
  @Test
  void boundsHoldUnderConcurrency() throws Exception {
    long seed = Seeds.next();
    int most = 6;
    int perNode = 2;
    InFlight<Integer> slots = new InFlight<>(most, perNode, Balancing.DRIVER);
    AtomicInteger used = new AtomicInteger();
    AtomicInteger[] usedOf = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
    ExecutorService threads = Executors.newFixedThreadPool(12);
    List<Future<?>> ends = new ArrayList<>();
    for (int thread = 0; thread < 12; thread++) {
      Random random = new Random(seed + thread);
      ends.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 400; i++) {
                  List<Integer> nodes =
                      random.nextBoolean() ? List.of(random.nextInt(3)) : List.of(0, 1, 2);
                  if (random.nextInt(10) == 0) {
                    Thread.currentThread().interrupt();
                  }
                  Slot<Integer> slot;
                  try {
                    slot = slots.acquire(nodes);
                  } catch (InterruptedException e) {
                    continue;
                  }
                  assertThat(used.incrementAndGet()).isLessThanOrEqualTo(most);
                  int node = Objects.requireNonNull(slot.node());
                  assertThat(usedOf[node].incrementAndGet()).isLessThanOrEqualTo(perNode);
                  if (random.nextInt(5) == 0) {
                    usedOf[node].decrementAndGet();
                    slots.pause(slot);
                    if (random.nextInt(3) == 0) {
                      slots.overloaded(System.nanoTime());
                    }
                    used.decrementAndGet();
                    slot = slots.resume(List.of(0, 1, 2)).join();
                    used.incrementAndGet();
                    node = Objects.requireNonNull(slot.node());
                    assertThat(usedOf[node].incrementAndGet()).isLessThanOrEqualTo(perNode);
                  }
                  usedOf[node].decrementAndGet();
                  used.decrementAndGet();
                  slots.release(slot);
                }
                return thread();
              }));
    }
    for (Future<?> end : ends) {
      end.get(20, TimeUnit.SECONDS);
    }
    threads.shutdown();
    int bound = slots.bound();
    assertThat(bound).as("seed %d", seed).isBetween(1, most);
    for (int i = 0; i < bound; i++) {
      assertThat(slots.tryAcquire(List.of(i % 3))).as("seed %d", seed).isNotNull();
    }
    assertThat(slots.tryAcquire(List.of())).as("seed %d", seed).isNull();
  }

  private static String thread() {
    return Thread.currentThread().getName();
  }

  private static Slot<String> acquire(InFlight<String> slots, List<String> nodes) {
    try {
      return slots.acquire(nodes);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
