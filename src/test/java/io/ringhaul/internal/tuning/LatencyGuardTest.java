package io.ringhaul.internal.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.tuning.LatencyProbe.LatencyGuard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Tests that the requests of a job are limited so that the probe stays below its bound. */
class LatencyGuardTest {

  private static final long MILLI = 1_000_000;
  private static final LatencyBound BOUND =
      new LatencyBound(Duration.ofMillis(20), Duration.ofSeconds(10));

  private final List<Integer> ceilings = new ArrayList<>();
  private int inFlight = 64;
  private final LatencyGuard guard =
      new LatencyGuard(BOUND, () -> 64, () -> inFlight, ceilings::add, 0);
  private long now;

  private void answer(double millis) {
    now += 20 * MILLI;
    guard.answered((long) (millis * MILLI), now);
    guard.tick(now);
  }

  private int ceiling() {
    return ceilings.get(ceilings.size() - 1);
  }

  @Test
  void startsWithOneAndDoublesWhileProbeIsFast() {
    assertThat(ceiling()).isEqualTo(1);
    for (int i = 0; i < 26; i++) {
      answer(5);
    }
    assertThat(ceiling()).isEqualTo(2);
    for (int i = 0; i < 200; i++) {
      answer(5);
    }
    assertThat(ceiling()).as("limit removed").isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void halvesOncePerBurst() {
    for (int i = 0; i < 200; i++) {
      answer(5);
    }
    answer(21);
    answer(25);
    assertThat(guard.allowed()).isEqualTo(32);
    for (int i = 0; i < 12; i++) {
      answer(5);
    }
    answer(21);
    assertThat(guard.allowed()).isEqualTo(LatencyGuard.LEAST);
  }

  /** One response in 170 is slow regardless of the job, which the bound allows. */
  @Test
  void naturalTailDoesNotStarveJob() {
    SplittableRandom random = new SplittableRandom(2);
    double sum = 0;
    int answers = 50 * 600;
    for (int i = 0; i < answers; i++) {
      answer(random.nextInt(170) == 0 ? 30 : 5);
      sum += guard.allowed();
    }
    assertThat(sum / answers).as("requests in the mean").isGreaterThan(8);
  }

  @Test
  void lastingSlownessLowersLimitWithinASecond() {
    for (int i = 0; i < 600; i++) {
      answer(5);
    }
    assertThat(ceiling()).isEqualTo(Integer.MAX_VALUE);
    for (int i = 0; i < 50; i++) {
      answer(30);
    }
    assertThat(guard.allowed()).isEqualTo(LatencyGuard.LEAST);
  }

  @Test
  void unusedLimitDoesNotGrow() {
    inFlight = 0;
    for (int i = 0; i < 200; i++) {
      answer(5);
    }
    assertThat(guard.allowed()).as("before the first request").isEqualTo(1);
    inFlight = 3;
    for (int i = 0; i < 500; i++) {
      answer(5);
    }
    assertThat(guard.allowed()).isBetween(6.0, 12.0);
  }

  @Test
  void pauseResetsState() {
    for (int i = 0; i < 200; i++) {
      answer(5);
    }
    assertThat(ceiling()).isEqualTo(Integer.MAX_VALUE);
    guard.restart(now);
    assertThat(ceiling()).isEqualTo(1);
    for (int i = 0; i < 200; i++) {
      answer(5);
    }
    assertThat(ceiling()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void closeRemovesLimit() {
    guard.close();
    for (int i = 0; i < 100; i++) {
      answer(30);
    }
    assertThat(ceiling()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void limitBelowOneIsShareOfTime() {
    for (int i = 0; i < 500; i++) {
      answer(30);
    }
    assertThat(guard.allowed()).isEqualTo(LatencyGuard.LEAST);
    int open = 0;
    int turns = (int) (10 * LatencyGuard.TURN_NANOS / MILLI);
    for (int i = 0; i < turns; i++) {
      now += MILLI;
      guard.tick(now);
      open += ceiling();
    }
    assertThat((double) open / turns).isBetween(LatencyGuard.LEAST * 0.9, LatencyGuard.LEAST * 1.1);
  }

  /** A simulated cluster whose latency grows with the requests of the job, sometimes sharply. */
  @Test
  void keepsPercentileBelowBoundFromFirstSecond() {
    SplittableRandom random = new SplittableRandom(1);
    List<Double> latencies = new ArrayList<>();
    double sum = 0;
    int answers = 50 * 120;
    for (int i = 0; i < answers; i++) {
      double requests = Math.min(guard.allowed(), 64);
      sum += requests;
      double millis = 2 + requests * 0.7 * (0.5 + random.nextDouble());
      latencies.add(random.nextInt(400) == 0 ? millis * 3 : millis);
      answer(latencies.get(i));
    }
    for (int i = 500; i <= answers; i++) {
      long slow = latencies.subList(i - 500, i).stream().filter(each -> each > 20).count();
      assertThat(slow).as("slow responses of the 500 before %d", i).isLessThanOrEqualTo(5);
    }
    assertThat(sum / answers).as("requests in the mean").isGreaterThan(6);
  }

  @Test
  void rejectsBoundsOutOfRange() {
    assertThatThrownBy(() -> new LatencyBound(Duration.ZERO, Duration.ofSeconds(10)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("protectLatency has PT0S as its percentile; it takes PT0.001S to PT1M");
    assertThatThrownBy(() -> new LatencyBound(Duration.ofMillis(5), Duration.ofMillis(5)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("protectLatency has PT0.005S as its time; it takes PT1S to PT10M");
  }
}
