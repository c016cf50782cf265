package io.ringhaul.internal.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.tuning.SimulatedJob.Cluster;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.job.TuningEntry.State;
import io.ringhaul.limits.TuningMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tests a tuner in each mode, and manual changes. */
class TunerTest {

  private final List<TuningEntry> history = new ArrayList<>();
  private final SimulatedJob job = new SimulatedJob(Cluster.USUAL, 1, 10, 0.05, 1);

  private Tuner tuner(TuningMode mode, Map<String, Long> earlier) {
    return new Tuner(mode, job.parameters(), earlier, sample -> false, history::add);
  }

  private void run(Tuner tuner, int seconds) {
    for (int i = 0; i < seconds; i++) {
      tuner.sampled(job.next());
    }
  }

  @Test
  void offNeitherChangesNorAdvises() {
    Tuner tuner = tuner(TuningMode.OFF, Map.of());
    run(tuner, 60);
    assertThat(history).isEmpty();
    assertThat(job.values()).containsEntry("inFlight", 1L).containsEntry("pageRows", 10L);
    assertThat(tuner.proven()).isEmpty();
  }

  @Test
  void advisesOnceWithoutChanges() {
    run(tuner(TuningMode.ADVISE, Map.of()), 60);
    assertThat(job.values()).containsEntry("inFlight", 1L).containsEntry("pageRows", 10L);
    assertThat(history).allMatch(each -> each.state() == State.ADVISED);
    assertThat(history)
        .extracting(TuningEntry::parameter, TuningEntry::before, TuningEntry::after)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("inFlight", 1L, 8L),
            org.assertj.core.groups.Tuple.tuple("pageRows", 10L, 2_600L));
    assertThat(history.get(0).reason())
        .isEqualTo(
            "All 1 request slots are in use, client CPU is at 30 %, and no node is overloaded");
    assertThat(history.get(1).reason())
        .isEqualTo("10 is far from the default of 2,600, which is good for most tables");
  }

  @Test
  void advisesValuesOfEarlierJobs() {
    run(tuner(TuningMode.ADVISE, Map.of("pageRows", 1_000L)), 20);
    assertThat(history)
        .filteredOn(each -> each.parameter().equals("pageRows"))
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.after()).isEqualTo(1_000);
              assertThat(each.reason())
                  .isEqualTo(
                      "This value was the fastest in an earlier job of this kind on the same"
                          + " table");
            });
  }

  /** Pauses between attempts separate overloads. */
  @Test
  void adviceNeedsTwoOverloadsOfEightSeconds() {
    SimulatedJob usual = new SimulatedJob(Cluster.USUAL, 8, 2_600, 0, 1);
    Tuner tuner =
        new Tuner(TuningMode.ADVISE, usual.parameters(), Map.of(), sample -> false, history::add);
    tuner.sampled(TunedSample.of(100).overloads(3).sample());
    for (int i = 0; i < 8; i++) {
      tuner.sampled(TunedSample.of(100).sample());
    }
    tuner.sampled(TunedSample.of(100).overloads(3).sample());
    assertThat(history).isEmpty();
    for (int i = 0; i < 6; i++) {
      tuner.sampled(TunedSample.of(100).sample());
    }
    tuner.sampled(TunedSample.of(0).overloads(3).sample());
    tuner.sampled(TunedSample.of(100).overloads(3).sample());
    assertThat(history)
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.parameter()).isEqualTo("inFlight");
              assertThat(each.after()).isEqualTo(2);
              assertThat(each.reason())
                  .isEqualTo(
                      "Nodes are overloaded: 3 requests of the last second had to be retried");
            });
  }

  @Test
  void manualValueIsNotTuned() {
    Tuner tuner = tuner(TuningMode.ADAPT, Map.of());
    run(tuner, 4);
    tuner.set("asked", "inFlight", 3, Instant.EPOCH);
    TuningEntry last = history.get(history.size() - 1);
    assertThat(last.id()).isEqualTo("asked");
    assertThat(last.state()).isEqualTo(State.APPLIED);
    assertThat(last.after()).isEqualTo(3);
    run(tuner, 120);
    assertThat(job.values()).containsEntry("inFlight", 3L);
    assertThat(job.values().get("pageRows")).isGreaterThan(10);
    assertThat(tuner.proven().orElseThrow().values()).containsOnlyKeys("pageRows");
  }

  @Test
  void rejectsInvalidManualValue() {
    Tuner tuner = tuner(TuningMode.OFF, Map.of());
    assertThatThrownBy(() -> tuner.set("1", "inFlight", 5_000, Instant.EPOCH))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("inFlight is 5000; it takes 1 to 1024");
    assertThatThrownBy(() -> tuner.set("1", "colour", 1, Instant.EPOCH))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("The job has no parameter colour; it has inFlight, pageRows");
    assertThat(history).isEmpty();
    assertThat(tuner.values()).isEqualTo(job.values());
  }

  @Test
  void endDoesNotWaitForConsumer() throws Exception {
    CountDownLatch isTold = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Tuner tuner =
        new Tuner(
            TuningMode.ADAPT,
            job.parameters(),
            Map.of(),
            sample -> false,
            entry -> {
              isTold.countDown();
              await(release);
              history.add(entry);
            });
    CompletableFuture<Void> sampling = CompletableFuture.runAsync(() -> run(tuner, 60));
    await(isTold);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          tuner.proven();
          tuner.end();
        });
    release.countDown();
    sampling.get(20, TimeUnit.SECONDS);
    TuningEntry begun = history.get(0);
    assertThat(history.get(1).id()).isEqualTo(begun.id());
    assertThat(history.get(1).state()).isEqualTo(State.REVERTED);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shortJobHasNoProvenValues() {
    Tuner tuner = tuner(TuningMode.ADAPT, Map.of());
    run(tuner, Tuner.Proven.LEAST_SAMPLES - 1);
    assertThat(tuner.proven()).isEmpty();
    run(tuner, 60);
    Tuner.Proven proven = tuner.proven().orElseThrow();
    assertThat(proven.values()).containsOnlyKeys("inFlight", "pageRows");
    assertThat(proven.rowsPerSecond()).isGreaterThan(100_000);
  }
}
