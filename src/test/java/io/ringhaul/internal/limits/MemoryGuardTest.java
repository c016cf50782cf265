package io.ringhaul.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.limits.ManagedJob.MemoryGuard;
import org.junit.jupiter.api.Test;

/** Tests that a short heap lowers pages and requests quickly and raises them slowly. */
class MemoryGuardTest {

  private static final double PAGE = 256 * 1024;

  private final MemoryGuard guard = new MemoryGuard();

  @Test
  void ignoresHealthyHeap() {
    for (int i = 0; i < 100; i++) {
      guard.sampled(Samples.heap(64, i % 2 == 0 ? 0.75 : 0.2, 0.10, PAGE));
    }
    assertThat(guard.isHolding()).isFalse();
    assertThat(guard.requests()).isEqualTo(Integer.MAX_VALUE);
    assertThat(guard.pageBytes()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void halvesAfterEachCollectionOfFullHeap() {
    guard.sampled(Samples.heap(64, 0.80, 0.01, PAGE));
    assertThat(guard.requests()).isEqualTo(32);
    assertThat(guard.pageBytes()).isEqualTo(128 * 1024);

    // The same figure is the same collection: the effect of the step is not known yet.
    for (int i = 0; i < 10; i++) {
      guard.sampled(Samples.heap(32, 0.80, 0.01, PAGE / 2));
    }
    assertThat(guard.requests()).isEqualTo(32);

    guard.sampled(Samples.heap(32, 0.79, 0.01, PAGE / 2));
    assertThat(guard.requests()).isEqualTo(16);
    assertThat(guard.pageBytes()).isEqualTo(64 * 1024);

    // A new collection, but too soon after the step.
    guard.sampled(Samples.heap(16, 0.81, 0.01, PAGE / 4));
    guard.sampled(Samples.heap(16, 0.82, 0.01, PAGE / 4));
    assertThat(guard.requests()).isEqualTo(16);
    guard.sampled(Samples.heap(16, 0.83, 0.01, PAGE / 4));
    assertThat(guard.requests()).isEqualTo(8);
  }

  @Test
  void longCollectionsCountWithoutFullHeap() {
    guard.sampled(Samples.heap(10, 0.10, 0.11, 0));
    assertThat(guard.isHolding()).as("one long collection is no sign").isFalse();
    guard.sampled(Samples.heap(10, 0.10, 0.01, 0));
    guard.sampled(Samples.heap(10, 0.10, 0.11, 0));
    assertThat(guard.requests()).isEqualTo(5);
    // No page size: counts and imports have none.
    assertThat(guard.pageBytes()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void ignoresOldCollectionAfterHeapShrank() {
    guard.sampled(Samples.heap(64, 0.80, 0.01, 0));
    for (int i = 0; i < 5; i++) {
      guard.sampled(Samples.emptied(32, 0.80, 0.4));
    }
    assertThat(guard.requests()).isEqualTo(40);
  }

  /** Garbage counts as in use until the next collection, which an idle heap never has. */
  @Test
  void raisesAfterAMinuteWithoutCollection() {
    for (int i = 0; i <= 60; i++) {
      guard.sampled(Samples.heap(i == 0 ? 64 : 32, 0.80, 0.01, 0));
    }
    assertThat(guard.requests()).isEqualTo(32);
    for (int i = 0; i < 20; i++) {
      guard.sampled(Samples.heap(guard.requests(), 0.80, 0.01, 0));
    }
    assertThat(guard.isHolding()).isFalse();
  }

  @Test
  void keepsOneRequestAndMinimumPage() {
    for (int i = 0; i < 100; i++) {
      guard.sampled(Samples.heap(3, 0.9, 0.5, 40_000));
    }
    assertThat(guard.requests()).isEqualTo(1);
    assertThat(guard.pageBytes()).isEqualTo(16 * 1024);
  }

  @Test
  void raisesByAnEighthEveryFiveSeconds() {
    guard.sampled(Samples.heap(64, 0.80, 0.01, PAGE));
    calm(4);
    assertThat(guard.requests()).isEqualTo(32);
    calm(1);
    assertThat(guard.requests()).isEqualTo(40);
    assertThat(guard.pageBytes()).isEqualTo((128 + 32) * 1024);
    // Neither short nor calm: the bounds stay, and the calm period restarts.
    calm(4);
    guard.sampled(Samples.heap(40, 0.70, 0.01, PAGE));
    calm(4);
    assertThat(guard.requests()).isEqualTo(40);
    calm(1 + 5);
    assertThat(guard.requests()).isEqualTo(56);
    calm(5);
    assertThat(guard.isHolding()).isFalse();
  }

  @Test
  void ignoresPausedSamples() {
    guard.sampled(Samples.heap(0, 0.9, 0.5, 0));
    assertThat(guard.isHolding()).isFalse();
  }

  private void calm(int seconds) {
    for (int i = 0; i < seconds; i++) {
      guard.sampled(Samples.heap(guard.requests(), 0.4, 0.01, PAGE));
    }
  }
}
