package io.ringhaul.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringhaul.internal.metrics.ProgressMeter.RecentProgress.Forecast;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The forecast of the remaining time follows the recent speed and is available early. */
class RecentProgressTest {

  private static final double HALF = 0.5;

  private final ProgressMeter.RecentProgress recent = new ProgressMeter.RecentProgress();
  private double seconds;
  private double completed;
  private double rows;
  private long still;

  /**
   * Reads progress twice a second for this time, at a speed that completes all in secondsForAll.
   */
  private Forecast after(double time, double secondsForAll) {
    Forecast forecast = recent.at(nanos(), still, (long) rows, completed);
    for (double passed = 0; passed < time; passed += HALF) {
      seconds += HALF;
      completed += HALF / secondsForAll;
      rows += 1_000_000 * HALF / secondsForAll;
      forecast = recent.at(nanos(), still, (long) rows, completed);
    }
    return forecast;
  }

  private long nanos() {
    return TimeUnit.MILLISECONDS.toNanos(Math.round(seconds * 1_000));
  }

  private static double seconds(Forecast forecast) {
    return forecast.remaining().map(Duration::toMillis).orElseThrow() / 1e3;
  }

  @Test
  void isAvailableAfterOneSecond() {
    assertThat(after(0.5, 100).remaining()).isEmpty();
    assertThat(seconds(after(0.5, 100))).isCloseTo(99, within(0.01));
  }

  @Test
  void leavesOutTheTimeBeforeTheFirstProgress() {
    assertThat(after(4, Double.POSITIVE_INFINITY).remaining()).isEmpty();
    assertThat(seconds(after(2, 100))).isCloseTo(98, within(0.01));
  }

  @Test
  void isExactForASteadySpeed() {
    Forecast forecast = after(40, 100);
    assertThat(seconds(forecast)).isCloseTo(60, within(0.01));
    assertThat(forecast.rowsPerSecond()).isCloseTo(10_000, within(1.0));
  }

  /** The first two seconds of a stall are not known as such. */
  @Test
  void leavesOutStalls() {
    after(20, 100);
    after(2, 1e12);
    for (double stalled = 2; stalled <= 60; stalled += HALF) {
      seconds += HALF;
      still = TimeUnit.MILLISECONDS.toNanos(Math.round((stalled + HALF) * 1_000));
      recent.at(nanos(), still, (long) rows, completed);
    }
    assertThat(seconds(after(5, 100))).isCloseTo(75, within(2.0));
  }

  @Test
  void followsAChangeOfSpeed() {
    after(60, 1_000);
    Forecast faster = after(20, 100);
    assertThat(seconds(faster)).isCloseTo((1 - completed) * 100, within(1.0));
    assertThat(faster.rowsPerSecond()).isCloseTo(10_000, within(1.0));
  }

  @Test
  void forgetsASlowStart() {
    after(3, 1_000);
    assertThat(seconds(after(6.5, 100))).isCloseTo((1 - completed) * 100, within(0.1));
  }

  /** Each page of a slow cluster takes five seconds, and one page says little about the speed. */
  @Test
  void averagesOverStepsThatTakeLong() {
    for (int page = 0; page < 4; page++) {
      after(5, Double.POSITIVE_INFINITY);
      completed += 0.05;
    }
    assertThat(seconds(after(4.5, Double.POSITIVE_INFINITY))).isCloseTo(75.5, within(10.0));
  }

  @Test
  void growsDuringAStandstillAndIsFinallyUnknown() {
    double before = seconds(after(30, 100));
    assertThat(seconds(after(5, Double.POSITIVE_INFINITY))).isGreaterThan(before);
    Forecast still = after(15, Double.POSITIVE_INFINITY);
    assertThat(still.remaining()).isEmpty();
    assertThat(still.rowsPerSecond()).isZero();
  }

  @Test
  void excludesEarlierRuns() {
    completed = 0.8;
    rows = 800_000;
    Forecast resumed = after(2, 100);
    assertThat(seconds(resumed)).isCloseTo(18, within(0.01));
    assertThat(resumed.rowsPerSecond()).isCloseTo(10_000, within(1.0));
  }

  @Test
  void isZeroAtTheEnd() {
    completed = 0.9;
    Forecast end = after(10, 100);
    assertThat(completed).isCloseTo(1, within(1e-9));
    completed = 1;
    seconds += HALF;
    assertThat(recent.at(nanos(), still, (long) rows, 1).remaining()).hasValue(Duration.ZERO);
    assertThat(end.rowsPerSecond()).isCloseTo(10_000, within(1.0));
  }
}
