package io.ringhaul.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.request.InFlight.Place;
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

/** Places are given out as far as the bounds go, in the order of asking, and none is lost. */
@Timeout(30)
class InFlightTest {

  private static final List<String> ANY = List.of();

  @Test
  void thereAreAsManyPlacesAsAllowed() throws InterruptedException {
    InFlight<String> places = new InFlight<>(2, 0, Balancing.DRIVER);
    Place<String> first = places.acquire(ANY);
    assertThat(places.tryAcquire(ANY)).isNotNull();
    assertThat(places.tryAcquire(ANY)).isNull();
    places.release(first);
    assertThat(places.tryAcquire(ANY)).isNotNull();
    assertThat(places.tryAcquire(ANY)).isNull();
  }

  @Test
  void ofTheNodesTheLeastBusyIsTaken() throws InterruptedException {
    InFlight<String> places = new InFlight<>(10, 2, Balancing.DRIVER);
    List<String> both = List.of("a", "b");
    List<@Nullable String> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(places.acquire(both).node());
    }
    assertThat(taken).containsExactly("a", "b", "a", "b");
    assertThat(places.tryAcquire(both)).isNull();
    assertThat(places.tryAcquire(List.of("c"))).isEqualTo(new Place<>("c"));
    places.release(new Place<>("b"));
    assertThat(places.tryAcquire(List.of("a"))).isNull();
    assertThat(places.tryAcquire(both)).isEqualTo(new Place<>("b"));
  }

  @Test
  void inTurnEachNodeGetsAsMany() throws InterruptedException {
    InFlight<String> places = new InFlight<>(10, 0, Balancing.ROUND_ROBIN);
    List<String> all = List.of("a", "b", "c");
    List<@Nullable String> taken = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Place<String> place = places.acquire(all);
      taken.add(place.node());
      places.release(place);
    }
    assertThat(taken).containsExactly("a", "b", "c", "a", "b", "c");
  }

  @Test
  void aNodeThatComesBackGetsNoMoreThanTheOthers() throws InterruptedException {
    InFlight<String> places = new InFlight<>(10, 0, Balancing.ROUND_ROBIN);
    for (int i = 0; i < 100; i++) {
      places.release(places.acquire(List.of("a", "b")));
    }
    List<@Nullable String> taken = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Place<String> place = places.acquire(List.of("a", "b", "back"));
      taken.add(place.node());
      places.release(place);
    }
    assertThat(taken).containsExactly("back", "a", "b", "back", "a", "b");
  }

  @Test
  void aNodeThatIsLeftAloneIsAskedAgainInTime() throws InterruptedException {
    AtomicLong now = new AtomicLong();
    InFlight<String> places = new InFlight<>(9, 0, Balancing.LATENCY, now::get);
    List<String> both = List.of("failing", "sound");
    for (int i = 0; i < 2; i++) {
      Place<String> place = places.acquire(both);
      places.answered(place, "failing".equals(place.node()) ? 2_000_000_000 : 1_000_000);
      places.release(place);
    }
    int second = 0;
    for (String taken = ""; !"failing".equals(taken); second++) {
      now.set(second * 1_000_000_000L);
      Place<String> place = places.acquire(both);
      taken = String.valueOf(place.node());
      places.answered(place, 1_000_000);
      places.release(place);
    }
    // Two seconds are as good as a millisecond after eleven halves.
    assertThat(second).isBetween(11, 13);
  }

  @Test
  void aNodeThatOwesAnswersIsNotAskedForMore() throws InterruptedException {
    AtomicLong now = new AtomicLong();
    InFlight<String> places = new InFlight<>(9, 0, Balancing.LATENCY, now::get);
    List<String> both = List.of("hanging", "sound");
    for (int i = 0; i < 2; i++) {
      Place<String> place = places.acquire(both);
      places.answered(place, 5_000_000);
      places.release(place);
    }
    // The next two go to one each, and one of them is never answered.
    List<Place<String>> asked = List.of(places.acquire(both), places.acquire(both));
    asked.stream()
        .filter(place -> "sound".equals(place.node()))
        .forEach(
            place -> {
              places.answered(place, 5_000_000);
              places.release(place);
            });
    for (int second = 1; second <= 20; second++) {
      now.set(second * 1_000_000_000L);
      Place<String> place = places.acquire(both);
      assertThat(place.node()).isEqualTo("sound");
      places.answered(place, 5_000_000);
      places.release(place);
    }
  }

  @Test
  void theNodeThatAnswersFirstGetsMost() throws InterruptedException {
    InFlight<String> places = new InFlight<>(9, 0, Balancing.LATENCY, () -> 0);
    List<String> both = List.of("slow", "fast");
    for (int i = 0; i < 2; i++) {
      Place<String> place = places.acquire(both);
      places.answered(place, "slow".equals(place.node()) ? 3_000_000 : 1_000_000);
      places.release(place);
    }
    List<@Nullable String> taken = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      taken.add(places.acquire(both).node());
    }
    assertThat(taken).filteredOn("slow"::equals).hasSize(2);
  }

  @Test
  void whoWaitsForABusyNodeDoesNotHoldUpOthers() throws InterruptedException {
    InFlight<String> places = new InFlight<>(3, 1, Balancing.DRIVER);
    Place<String> a = places.acquire(List.of("a"));
    CompletableFuture<Place<String>> waiting =
        CompletableFuture.supplyAsync(() -> acquire(places, List.of("a")));
    Thread.sleep(50);
    assertThat(waiting).isNotDone();
    assertThat(places.tryAcquire(List.of("b"))).isNotNull();
    places.release(a);
    assertThat(waiting.join().node()).isEqualTo("a");
  }

  @Test
  void anOverloadHalvesThePlaces() throws InterruptedException {
    InFlight<String> places = new InFlight<>(8, 0, Balancing.DRIVER);
    List<Place<String>> taken = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      taken.add(places.acquire(ANY));
    }
    long sent = System.nanoTime();
    places.overloaded(sent);
    // The others of the same burst say nothing new.
    places.overloaded(sent);
    assertThat(places.bound()).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      places.release(taken.get(i));
      assertThat(places.tryAcquire(ANY)).isNull();
    }
    places.release(taken.get(4));
    assertThat(places.tryAcquire(ANY)).isNotNull();
  }

  @Test
  void aPausedRequestKeepsItsPlaceAndComesBackBeforeOthers() throws InterruptedException {
    InFlight<String> places = new InFlight<>(1, 1, Balancing.DRIVER);
    Place<String> held = places.pause(places.acquire(List.of("a")));
    assertThat(held.node()).isNull();
    CompletableFuture<Place<String>> waiting =
        CompletableFuture.supplyAsync(() -> acquire(places, List.of("a")));
    Thread.sleep(50);
    assertThat(waiting).isNotDone();
    CompletableFuture<Place<String>> resumed = places.resume(List.of("a", "b"));
    assertThat(resumed.join().node()).isEqualTo("a");
    assertThat(waiting).isNotDone();
    places.release(resumed.join());
    assertThat(waiting.join().node()).isEqualTo("a");
  }

  @Test
  void aPausedRequestWaitsIfThereAreFewerPlacesNow() throws InterruptedException {
    InFlight<String> places = new InFlight<>(2, 0, Balancing.DRIVER);
    Place<String> other = places.acquire(ANY);
    places.pause(places.acquire(ANY));
    places.overloaded(System.nanoTime());
    CompletableFuture<Place<String>> resumed = places.resume(ANY);
    assertThat(resumed).isNotDone();
    places.release(other);
    assertThat(resumed).isDone();
  }

  @Test
  void closingEndsTheWaiting() throws Exception {
    InFlight<String> places = new InFlight<>(1, 0, Balancing.DRIVER);
    places.pause(places.acquire(ANY));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Place<String>> waiting = thread.submit(() -> places.acquire(ANY));
    Thread.sleep(50);
    places.close();
    assertThatThrownBy(waiting::get).hasCauseInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> places.acquire(ANY)).isInstanceOf(CancellationException.class);
    assertThat(places.tryAcquire(ANY)).isNull();
    assertThat(places.resume(ANY)).isCompletedExceptionally();
    thread.shutdown();
  }

  /**
   * Threads that take, pause, resume, are interrupted and meet overloads: bounds hold, all ends.
   */
  @Test
  void underAllThatCanHappenTheBoundsHold() throws Exception {
    long seed = Seeds.next();
    int most = 6;
    int perNode = 2;
    InFlight<Integer> places = new InFlight<>(most, perNode, Balancing.DRIVER);
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
                  Place<Integer> place;
                  try {
                    place = places.acquire(nodes);
                  } catch (InterruptedException e) {
                    continue;
                  }
                  assertThat(used.incrementAndGet()).isLessThanOrEqualTo(most);
                  int node = Objects.requireNonNull(place.node());
                  assertThat(usedOf[node].incrementAndGet()).isLessThanOrEqualTo(perNode);
                  if (random.nextInt(5) == 0) {
                    usedOf[node].decrementAndGet();
                    places.pause(place);
                    if (random.nextInt(3) == 0) {
                      places.overloaded(System.nanoTime());
                    }
                    used.decrementAndGet();
                    place = places.resume(List.of(0, 1, 2)).join();
                    used.incrementAndGet();
                    node = Objects.requireNonNull(place.node());
                    assertThat(usedOf[node].incrementAndGet()).isLessThanOrEqualTo(perNode);
                  }
                  usedOf[node].decrementAndGet();
                  used.decrementAndGet();
                  places.release(place);
                }
                return thread();
              }));
    }
    for (Future<?> end : ends) {
      end.get(20, TimeUnit.SECONDS);
    }
    threads.shutdown();
    int bound = places.bound();
    assertThat(bound).as("seed %d", seed).isBetween(1, most);
    for (int i = 0; i < bound; i++) {
      assertThat(places.tryAcquire(List.of(i % 3))).as("seed %d", seed).isNotNull();
    }
    assertThat(places.tryAcquire(List.of())).as("seed %d", seed).isNull();
  }

  private static String thread() {
    return Thread.currentThread().getName();
  }

  private static Place<String> acquire(InFlight<String> places, List<String> nodes) {
    try {
      return places.acquire(nodes);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
