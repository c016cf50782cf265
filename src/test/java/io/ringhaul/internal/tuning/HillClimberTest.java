package io.ringhaul.internal.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.tuning.SimulatedJob.Cluster;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.job.TuningEntry.State;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the search on a simulated cluster with noise. */
class HillClimberTest {

  private static final int SEEDS = 60;
  private static final int MINUTE = 60;

  /** The last history entry of each change. */
  private final Map<String, TuningEntry> history = new LinkedHashMap<>();

  private Tuner tuner(SimulatedJob job) {
    return tuner(job, sample -> false);
  }

  private Tuner tuner(SimulatedJob job, Predicate<Sample> held) {
    history.clear();
    return new Tuner(
        TuningMode.ADAPT,
        job.parameters(),
        Map.of(),
        held,
        entry -> history.put(entry.id(), entry));
  }

  private static void run(SimulatedJob job, Tuner tuner, int seconds) {
    for (int i = 0; i < seconds; i++) {
      tuner.sampled(job.next());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,2600,60",
    "512,2600,60",
    "8,10,60",
    "1,10,60",
    "512,10,180",
    "8,5000,60",
    "1024,5000,60",
    "8,2600,60"
  })
  void findsBestValuesFromAnyStart(long inFlight, long pageRows, int seconds) {
    int missed = 0;
    List<String> misses = new ArrayList<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedJob job = new SimulatedJob(Cluster.USUAL, inFlight, pageRows, 0.08, seed);
      Tuner tuner = tuner(job);
      run(job, tuner, seconds);
      double reached = (double) Math.round(100 * proven(tuner) / job.best()) / 100;
      if (reached < 0.85) {
        missed++;
        misses.add("seed " + seed + ": " + reached + " with " + job.values());
      }
    }
    assertThat(missed).as("%s", misses).isLessThanOrEqualTo(SEEDS / 30);
  }

  /** The speed of the kept values, without the current trial. */
  private static double proven(Tuner tuner) {
    Map<String, Long> values = tuner.proven().orElseThrow().values();
    return Cluster.USUAL.speed(
        values.getOrDefault("inFlight", 0L), values.getOrDefault("pageRows", 0L));
  }

  @Test
  void staysAtBestValuesForTenMinutes() {
    for (long seed = 0; seed < 5; seed++) {
      SimulatedJob job = new SimulatedJob(Cluster.USUAL, 1, 2_600, 0.08, seed);
      Tuner tuner = tuner(job);
      run(job, tuner, 2 * MINUTE);
      history.clear();
      List<Long> kept = new ArrayList<>();
      double least = 1;
      double sum = 0;
      for (int i = 0; i < 10 * MINUTE; i++) {
        tuner.sampled(job.next());
        kept.add(tuner.proven().orElseThrow().values().get("inFlight"));
        least = Math.min(least, proven(tuner) / job.best());
        sum += job.speed() / job.best();
      }
      assertThat(least).as("seed %d: the worst kept values", seed).isGreaterThan(0.8);
      assertThat(sum / (10 * MINUTE))
          .as("seed %d: the mean, trials included", seed)
          .isGreaterThan(0.9);
      assertThat(SimulatedJob.turns(kept)).as("seed %d: %s", seed, history.values()).isLessThan(6);
      assertThat(history.size()).as("seed %d: trials in ten minutes", seed).isLessThan(60);
    }
  }

  @Test
  void prefersSmallerOfEquallyFastValues() {
    SimulatedJob job =
        new SimulatedJob(new Cluster(50_000, 0.004, 0.00003, 10_000, 0), 512, 2_600, 0.02, 1);
    Tuner tuner = tuner(job);
    run(job, tuner, 3 * MINUTE);
    assertThat(tuner.proven().orElseThrow().values().get("inFlight")).isLessThanOrEqualTo(8);
    assertThat(job.speed()).isGreaterThan(0.9 * job.best());
  }

  @Test
  void givesWayToOverloadAtOnce() {
    SimulatedJob job =
        new SimulatedJob(new Cluster(2e6, 0.004, 0.00003, 10_000, 100), 512, 2_600, 0.05, 1);
    Tuner tuner = tuner(job);
    for (int i = 0; i < MINUTE && job.values().getOrDefault("inFlight", 0L) >= 100; i++) {
      tuner.sampled(job.next());
    }
    assertThat(job.values().get("inFlight")).isLessThan(100);
    run(job, tuner, MINUTE);
    long overloads =
        history.values().stream().filter(each -> each.reason().startsWith("Overload")).count();
    assertThat(overloads).isEqualTo(3);
    assertThat(job.values().get("inFlight")).isLessThan(100);
  }

  @Test
  void restartsSearchWhenClusterChanges() {
    SimulatedJob job = new SimulatedJob(Cluster.USUAL, 8, 2_600, 0.05, 3);
    Tuner tuner = tuner(job);
    run(job, tuner, 2 * MINUTE);
    job.become(new Cluster(800_000, 0.016, 0.00003, 256, 0));
    run(job, tuner, 2 * MINUTE);
    assertThat(job.speed() / job.best()).isGreaterThan(0.85);
  }

  @Test
  void measuresNothingWhileJobIsLimited() {
    SimulatedJob job = new SimulatedJob(Cluster.USUAL, 1, 2_600, 0.05, 4);
    Tuner tuner = tuner(job);
    for (int i = 0; i < MINUTE; i++) {
      tuner.sampled(job.next(second -> second > 0 ? 1 : 0));
    }
    assertThat(history).isEmpty();
    assertThat(job.values()).containsEntry("inFlight", 1L);
  }

  @Test
  void ignoresEndOfJob() {
    for (long seed = 0; seed < 20; seed++) {
      SimulatedJob job = new SimulatedJob(Cluster.USUAL, 8, 2_600, 0.05, seed);
      Tuner tuner = tuner(job);
      run(job, tuner, MINUTE);
      Tuner.Proven proven = tuner.proven().orElseThrow();
      job.end();
      run(job, tuner, 3 * MINUTE);
      assertThat(tuner.proven()).as("seed %d", seed).contains(proven);
      assertThat(job.values()).as("seed %d", seed).isEqualTo(proven.values());
    }
  }

  @Test
  void ignoresLimitedSamples() {
    SimulatedJob job = new SimulatedJob(Cluster.USUAL, 8, 2_600, 0.02, 1);
    job.limit(20_000);
    Tuner tuner = tuner(job, sample -> sample.rowsPerSecond() > 18_000);
    run(job, tuner, 5 * MINUTE);
    assertThat(history).isEmpty();
    assertThat(tuner.proven()).isEmpty();
  }

  @Test
  void keepsTrialThatReachesLimit() {
    SimulatedJob job = new SimulatedJob(Cluster.USUAL, 1, 2_600, 0.02, 1);
    job.limit(100_000);
    Tuner tuner = tuner(job, sample -> sample.rowsPerSecond() > 90_000);
    run(job, tuner, MINUTE);
    assertThat(job.speed()).isEqualTo(100_000);
  }

  @Test
  void revertsUnmeasuredTrial() {
    SimulatedJob job = new SimulatedJob(Cluster.USUAL, 1, 2_600, 0.02, 1);
    Tuner tuner = tuner(job);
    run(job, tuner, 3);
    assertThat(job.values()).containsEntry("inFlight", 4L);
    job.ceiling(1);
    run(job, tuner, 10);
    assertThat(job.values()).containsEntry("inFlight", 1L);
    assertThat(history.values())
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.state()).isEqualTo(State.REVERTED);
              assertThat(each.effect()).contains("not measured");
            });
    job.ceiling(Integer.MAX_VALUE);
    run(job, tuner, 2 * MINUTE);
    assertThat(job.speed() / job.best()).isGreaterThan(0.85);
  }

  @Test
  void endRevertsTrial() {
    SimulatedJob job = new SimulatedJob(Cluster.USUAL, 1, 2_600, 0.02, 1);
    Tuner tuner = tuner(job);
    run(job, tuner, 3);
    tuner.end();
    assertThat(job.values()).containsEntry("inFlight", 1L);
    assertThat(history.values())
        .singleElement()
        .satisfies(each -> assertThat(each.effect()).contains("not measured"));
  }

  @Test
  void reportsEffectOfEachChange() {
    SimulatedJob job = new SimulatedJob(Cluster.USUAL, 1, 2_600, 0, 5);
    Tuner tuner = tuner(job);
    run(job, tuner, MINUTE);
    List<TuningEntry> entries = List.copyOf(history.values());
    TuningEntry first = entries.get(0);
    assertThat(first.parameter()).isEqualTo("inFlight");
    assertThat(first.before()).isEqualTo(1);
    assertThat(first.after()).isEqualTo(4);
    assertThat(first.reason()).startsWith("1 is far from the default of 8, and");
    double gain = 100 * (Cluster.USUAL.speed(4, 2_600) / Cluster.USUAL.speed(1, 2_600) - 1);
    assertThat(first.effect()).hasValue(String.format("%+.0f %% rows/s", gain));
    assertThat(first.state()).isEqualTo(State.APPLIED);
    assertThat(entries).anyMatch(each -> each.state() == State.REVERTED);
    assertThat(entries).allMatch(each -> each.before() != each.after());
  }
}
