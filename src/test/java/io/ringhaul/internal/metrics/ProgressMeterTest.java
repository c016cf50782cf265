package io.ringhaul.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.seeds.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The completed share includes the work of running tasks exactly once. */
class ProgressMeterTest {

  /** All tokens: as a signed number, -1. */
  private static final long RING = -1;

  private static double completed(ProgressMeter meter) {
    return meter.progress().completed();
  }

  @Test
  void countsTheWorkOfRunningTasks() {
    ProgressMeter meter = new ProgressMeter(2, 4, 1_000, Earlier.NOTHING);
    assertThat(completed(meter)).isZero();
    ProgressMeter.Part first = meter.part();
    ProgressMeter.Part second = meter.part();
    first.done(100);
    second.done(50);
    first.done(250);
    second.more(25);
    assertThat(completed(meter)).isEqualTo(0.325);
  }

  @Test
  void countsTheWholeRingAsUnsignedNumbers() {
    ProgressMeter meter = new ProgressMeter(1, 1, RING, Earlier.NOTHING);
    ProgressMeter.Part task = meter.part();
    task.done(Long.MAX_VALUE);
    assertThat(completed(meter)).isCloseTo(0.5, within(1e-15));
    task.done(Long.MIN_VALUE / 2); // as an unsigned number, three quarters of 2^64
    assertThat(completed(meter)).isCloseTo(0.75, within(1e-15));
  }

  @Test
  void subtractsLostWork() {
    ProgressMeter meter = new ProgressMeter(2, 2, 100, Earlier.NOTHING);
    ProgressMeter.Part kept = meter.part();
    ProgressMeter.Part lost = meter.part();
    kept.done(30);
    lost.done(40);
    lost.lost();
    assertThat(completed(meter)).isEqualTo(0.3);
  }

  @Test
  void startsWithTheShareOfEarlierRuns() {
    ProgressMeter meter = new ProgressMeter(3, 3, 750, new Earlier(1, 1, 250, 10));
    assertThat(completed(meter)).isEqualTo(0.25);
    meter.part().done(250);
    assertThat(completed(meter)).isEqualTo(0.5);
    assertThat(meter.progress().remaining()).as("too early in this run").isEmpty();
  }

  @Test
  void isOneOnlyAtTheEnd() {
    ProgressMeter meter = new ProgressMeter(2, 2, 100, Earlier.NOTHING);
    meter.part().done(150);
    meter.taskDone();
    assertThat(completed(meter)).isEqualTo(0.999);
    meter.taskDone();
    assertThat(completed(meter)).isEqualTo(0.999);
    meter.finalSteps(1);
    meter.stepDone();
    assertThat(completed(meter)).isEqualTo(0.999);
    meter.ended();
    assertThat(completed(meter)).isEqualTo(1);
    ProgressMeter empty = new ProgressMeter(0, 0, 0, Earlier.NOTHING);
    assertThat(completed(empty)).isEqualTo(0.999);
    empty.ended();
    assertThat(completed(empty)).isEqualTo(1);
  }

  @Test
  void countsTasksOfUnknownSize() {
    ProgressMeter meter = new ProgressMeter(4, 0, 0, Earlier.NOTHING);
    meter.taskDone();
    assertThat(completed(meter)).isEqualTo(0.25);
  }

  @Test
  void sumsTheWorkOfTasksInAnyOrder() {
    Seeds.each(20, ProgressMeterTest::isTheSum);
  }

  private static void isTheSum(Random random) {
    ProgressMeter meter = new ProgressMeter(8, 8, RING, Earlier.NOTHING);
    ProgressMeter.Part[] tasks = new ProgressMeter.Part[8];
    long[] done = new long[tasks.length];
    for (int i = 0; i < tasks.length; i++) {
      tasks[i] = meter.part();
    }
    double before = 0;
    for (int page = 0; page < 1_000; page++) {
      int i = random.nextInt(tasks.length);
      done[i] += random.nextLong(Long.MAX_VALUE / 1_000);
      tasks[i].done(done[i]);
      double now = completed(meter);
      assertThat(now).isGreaterThanOrEqualTo(before).isLessThan(1);
      before = now;
    }
    double sum = 0;
    for (long each : done) {
      sum += each / Math.pow(2, 64);
    }
    assertThat(before).isCloseTo(sum, within(1e-12));
  }
}
