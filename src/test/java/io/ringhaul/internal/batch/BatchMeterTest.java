package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.cql.BatchType;
import io.ringhaul.batch.BatchMetrics;
import io.ringhaul.batch.BatchMetrics.Distribution;
import io.ringhaul.internal.batch.BatchMeter.FailureKinds;
import io.ringhaul.internal.batch.BatchMeter.Shape;
import io.ringhaul.seeds.Seeds;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tests the counts and derived values of a meter. */
class BatchMeterTest {

  private static final long MICRO = 1_000;

  private final BatchMeter meter = new BatchMeter();

  @Test
  void startsEmpty() {
    BatchMetrics metrics = meter.snapshot(0, 0, 0);
    assertThat(metrics)
        .isEqualTo(
            new BatchMetrics(
                metrics.since(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                Map.of(),
                0,
                0,
                new Distribution(0, 0, 0, 0, 0, 0),
                new Distribution(0, 0, 0, 0, 0, 0)));
    assertThat(metrics.averageSize()).isZero();
    assertThat(metrics.singlePartitionShare()).isZero();
    assertThat(metrics.rowsPerSecond()).isZero();
    assertThat(metrics.sizes().mean()).isZero();
  }

  @Test
  void countsEachRequestOnce() {
    meter.acknowledged(new Shape(BatchType.LOGGED, 5, false, 500), 5, 300 * MICRO, true);
    meter.acknowledged(new Shape(BatchType.UNLOGGED, 10, true, 1_000), 4, 100 * MICRO, false);
    meter.acknowledged(new Shape(BatchType.UNLOGGED, 20, false, 2_000), 20, 200 * MICRO, true);
    meter.acknowledged(new Shape(BatchType.COUNTER, 3, true, 30), 3, 400 * MICRO, false);
    meter.acknowledged(new Shape(null, 1, true, 7), 1, 500 * MICRO, false);
    // A read.
    meter.acknowledged(new Shape(null, 1, true, 4), 0, 600 * MICRO, false);
    meter.unit(true);
    meter.unit(true);
    meter.unit(false);
    meter.fallback();
    meter.failed(new DriverTimeoutException("late"));
    meter.failed(new CompletionException(new DriverTimeoutException("late")));
    meter.failed(new IllegalStateException("closed"));

    BatchMetrics metrics = meter.snapshot(9, 2, 11);
    assertThat(metrics)
        .isEqualTo(
            new BatchMetrics(
                metrics.since(),
                40,
                33,
                3_537,
                2,
                1,
                1,
                2,
                1,
                2,
                2,
                2,
                9,
                1,
                Map.of("DriverTimeout", 2L, "IllegalState", 1L),
                2,
                11,
                new Distribution(4, 38, 5, 20, 20, 20),
                new Distribution(6, 2_100, 300, 600, 600, 600)));
    assertThat(metrics.batches()).isEqualTo(4);
    assertThat(metrics.averageSize()).isEqualTo(9.5);
    assertThat(metrics.singlePartitionShare()).isEqualTo(0.5);
    double seconds = metrics.since().toNanos() / 1e9;
    assertThat(metrics.rowsPerSecond()).isCloseTo(33 / seconds, within(1e-6 / seconds));
    assertThat(metrics.bytesPerSecond()).isCloseTo(3_537 / seconds, within(1e-6 / seconds));
    assertThat(List.copyOf(metrics.failures().keySet()))
        .containsExactly("DriverTimeout", "IllegalState");
  }

  /** Values from a microsecond to an hour, evenly distributed over the magnitudes. */
  @Test
  void percentilesMatchSortedList() {
    Seeds.each(
        5,
        random -> {
          BatchMeter fresh = new BatchMeter();
          long[] micros = new long[1 + random.nextInt(20_000)];
          long total = 0;
          for (int i = 0; i < micros.length; i++) {
            micros[i] = (long) Math.pow(3.6e9, random.nextDouble());
            total += micros[i];
            fresh.acknowledged(
                new Shape(null, 1, true, 0), 1, micros[i] * MICRO + nextOdd(random), false);
          }
          Arrays.sort(micros);
          Distribution latencies = fresh.snapshot(0, 0, 0).latencies();
          assertThat(latencies.count()).isEqualTo(micros.length);
          assertThat(latencies.total()).isEqualTo(total);
          assertWithinAThousandth(latencies.p50(), at(micros, 50));
          assertWithinAThousandth(latencies.p95(), at(micros, 95));
          assertWithinAThousandth(latencies.p99(), at(micros, 99));
          assertWithinAThousandth(latencies.max(), at(micros, 100));
        });
  }

  /** Rounds values below half a microsecond down. */
  private static int nextOdd(Random random) {
    return random.nextInt(999) - 499;
  }

  private static long at(long[] sorted, int percentile) {
    return sorted[(int) Math.ceil(sorted.length * percentile / 100.0) - 1];
  }

  private static void assertWithinAThousandth(long measured, long exact) {
    assertThat((double) measured).isCloseTo((double) exact, within(exact * 0.001));
  }

  /** Sizes up to 2,047 are exact; larger batches are not reasonable. */
  @Test
  void recordsBatchSizesExactly() {
    for (int size = 2; size <= 101; size++) {
      meter.acknowledged(new Shape(BatchType.UNLOGGED, size, true, 0), size, MICRO, false);
    }
    assertThat(meter.snapshot(0, 0, 0).sizes())
        .isEqualTo(new Distribution(100, 5_150, 51, 96, 100, 101));
    meter.reset(0);
    meter.acknowledged(new Shape(BatchType.UNLOGGED, 65_535, true, 0), 1, MICRO, false);
    assertThat(meter.snapshot(0, 0, 0).sizes())
        .isEqualTo(new Distribution(1, 65_535, 65_535, 65_535, 65_535, 65_535));
  }

  @Test
  void recordsLongerThanAnHourAsAnHour() {
    meter.acknowledged(new Shape(null, 1, true, 0), 1, Duration.ofDays(3).toNanos(), false);
    meter.acknowledged(new Shape(null, 1, true, 0), 1, -5 * MICRO, false);
    Distribution latencies = meter.snapshot(0, 0, 0).latencies();
    assertThat(latencies.count()).isEqualTo(2);
    assertThat(latencies.total()).isEqualTo(TimeUnit.HOURS.toMicros(1));
    assertThat(latencies.p50()).isZero();
    assertWithinAThousandth(latencies.max(), TimeUnit.HOURS.toMicros(1));
  }

  @Test
  void resetKeepsLifetimeMetrics() {
    meter.acknowledged(new Shape(BatchType.LOGGED, 5, false, 500), 5, 300 * MICRO, true);
    meter.failed(new DriverTimeoutException("late"));
    meter.reset(4);
    assertThat(meter.snapshot(4, 0, 0).operations()).isZero();
    meter.acknowledged(new Shape(BatchType.UNLOGGED, 7, false, 70), 7, 100 * MICRO, false);
    meter.failed(new DriverTimeoutException("late"));

    BatchMetrics metrics = meter.snapshot(6, 1, 2);
    assertThat(metrics.operations()).isEqualTo(7);
    assertThat(metrics.logged()).isZero();
    assertThat(metrics.unlogged()).isEqualTo(1);
    assertThat(metrics.retries()).isEqualTo(2);
    assertThat(metrics.failures()).isEqualTo(Map.of("DriverTimeout", 1L));
    assertThat(metrics.latencies()).isEqualTo(new Distribution(1, 100, 100, 100, 100, 100));

    BatchMetrics life = meter.lifetime(6, 1, 2);
    assertThat(life.operations()).isEqualTo(12);
    assertThat(life.logged()).isEqualTo(1);
    assertThat(life.unlogged()).isEqualTo(1);
    assertThat(life.retries()).isEqualTo(6);
    assertThat(life.failures()).isEqualTo(Map.of("DriverTimeout", 2L));
    assertThat(life.latencies()).isEqualTo(new Distribution(2, 400, 100, 300, 300, 300));
    assertThat(life.since()).isGreaterThan(metrics.since());
    // The retries were read before another thread reset the meter.
    assertThat(meter.snapshot(3, 0, 0).retries()).isZero();
  }

  /** Known kinds stay; all others count as one kind. */
  @Test
  void boundsFailureKinds() {
    FailureKinds kinds = new FailureKinds(2);
    assertThat(kinds.of(new IllegalStateException())).isEqualTo("IllegalState");
    assertThat(kinds.of(new CompletionException(new ArithmeticException())))
        .isEqualTo("Arithmetic");
    assertThat(kinds.of(new ClassCastException())).isEqualTo("Other");
    assertThat(kinds.of(new IllegalStateException())).isEqualTo("IllegalState");
    assertThat(new FailureKinds(9).of(new RuntimeException() {})).isEqualTo("Other");
    assertThat(new FailureKinds(9).of(new Exception())).isEqualTo("Exception");
    assertThat(new FailureKinds(9).of(new OutOfMemoryError())).isEqualTo("OutOfMemoryError");
  }
}
