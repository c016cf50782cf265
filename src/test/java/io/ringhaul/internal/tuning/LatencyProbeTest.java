package io.ringhaul.internal.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.tuning.LatencyProbe.HeldRequests;
import io.ringhaul.internal.tuning.LatencyProbe.LatencyGuard;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Tests a probe whose responses the test controls. */
class LatencyProbeTest {

  private final List<CompletableFuture<Void>> asked = new CopyOnWriteArrayList<>();
  private final List<Integer> ceilings = new CopyOnWriteArrayList<>();
  private volatile boolean answers;
  private volatile boolean paused;

  private LatencyProbe start(Duration p99) {
    return LatencyProbe.start(
        new LatencyBound(p99, Duration.ofSeconds(1)),
        this::ask,
        new HeldRequests(() -> 8, () -> 8, () -> paused, ceilings::add));
  }

  private CompletableFuture<Void> ask() {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    asked.add(answer);
    if (answers) {
      answer.complete(null);
    }
    return answer;
  }

  private int ceiling() {
    return ceilings.get(ceilings.size() - 1);
  }

  private static void await(String what, BooleanSupplier done) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).as("60 s for %s", what).isLessThan(end);
      Thread.sleep(5);
    }
  }

  @Test
  void fastResponsesRaiseLimit() throws InterruptedException {
    answers = true;
    try (LatencyProbe probe = start(Duration.ofMinutes(1))) {
      await("all requests", () -> ceiling() == Integer.MAX_VALUE);
      assertThat(probe.allowed()).isEqualTo(8);
      assertThat(ceilings.subList(0, 4)).containsExactly(1, 2, 4, Integer.MAX_VALUE);
    }
  }

  @Test
  void missingResponsesLowerLimit() throws InterruptedException {
    try (LatencyProbe probe = start(Duration.ofMillis(20))) {
      await("the least", () -> probe.allowed() == LatencyGuard.LEAST);
      assertThat(asked.size()).as("requests without a response").isLessThanOrEqualTo(100);
    }
  }

  @Test
  void errorsOfProbeLowerLimitUntilTheyEnd() throws InterruptedException {
    answers = true;
    AtomicInteger errors = new AtomicInteger();
    LatencyBound bound = new LatencyBound(Duration.ofMillis(200), Duration.ofSeconds(1));
    try (LatencyProbe probe =
        LatencyProbe.start(
            bound,
            () -> {
              if (errors.getAndIncrement() < 110) {
                throw new AssertionError("test");
              }
              return ask();
            },
            new HeldRequests(() -> 8, () -> 8, () -> paused, ceilings::add))) {
      await("the least", () -> probe.allowed() == LatencyGuard.LEAST);
      await("more than the least", () -> probe.allowed() > LatencyGuard.LEAST);
    }
  }

  /** With a long bound, more than a hundred requests are pending without being slow. */
  @Test
  void manyPendingRequestsAreNotSlowWithLongBound() throws InterruptedException {
    try (LatencyProbe probe = start(Duration.ofMinutes(1))) {
      await("requests", () -> asked.size() > 150);
      assertThat(probe.allowed()).isEqualTo(1);
    }
  }

  @Test
  void sendsNothingDuringPause() throws InterruptedException {
    answers = true;
    try (LatencyProbe probe = start(Duration.ofMinutes(1))) {
      await("all requests", () -> ceiling() == Integer.MAX_VALUE);
      paused = true;
      await("the pause", () -> probe.allowed() == 1);
      // One request may have been in flight.
      Thread.sleep(50);
      int before = asked.size();
      Thread.sleep(200);
      assertThat(asked).hasSize(before);
      assertThat(ceiling()).isEqualTo(1);
      paused = false;
      await("requests", () -> asked.size() > before);
      await("all requests", () -> ceiling() == Integer.MAX_VALUE);
    }
  }

  @Test
  void ignoresLateResponsesAfterClose() throws InterruptedException {
    try (LatencyProbe probe = start(Duration.ofMillis(20))) {
      await("the least", () -> probe.allowed() == LatencyGuard.LEAST);
    }
    int before = ceilings.size();
    asked.forEach(each -> each.completeExceptionally(new IllegalStateException("closed")));
    assertThat(ceilings).hasSize(before);
    assertThat(ceiling()).isEqualTo(Integer.MAX_VALUE);
  }
}
