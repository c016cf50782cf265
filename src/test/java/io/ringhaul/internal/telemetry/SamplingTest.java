package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringhaul.internal.metrics.NodeMeter;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Latency;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Samples are differences: each event is part of one sample. */
class SamplingTest {

  private final Watched operation = new Watched();
  private final PerformanceMonitor.Sampling sampling = new PerformanceMonitor.Sampling(operation);

  /** An operation whose figures the test sets. */
  private static final class Watched implements MonitoredOperation {
    private final OperationMetrics metrics = new OperationMetrics();
    private final ProgressMeter meter = new ProgressMeter(10, 0, 0, new Earlier(2, 0, 0, 1_000));
    private int inFlight;
    private int bound = 16;
    private long retries;

    @Override
    public OperationMetrics metrics() {
      return metrics;
    }

    @Override
    public Progress progress() {
      return meter.progress().withRequests(inFlight, retries, Duration.ZERO);
    }

    @Override
    public int inFlight() {
      return inFlight;
    }

    @Override
    public int inFlightBound() {
      return bound;
    }

    @Override
    public long retries() {
      return retries;
    }

    @Override
    public List<Tunable> tunables() {
      return List.of(new FixedTunable("inFlight", 16));
    }
  }

  private record FixedTunable(String name, long value) implements Tunable {
    @Override
    public long least() {
      return value;
    }

    @Override
    public long most() {
      return value;
    }

    @Override
    public void set(long ignored) {
      throw new UnsupportedOperationException(name);
    }
  }

  private static long rows(Sample sample) {
    return Math.round(sample.rowsPerSecond() * sample.seconds());
  }

  private static StageSample stage(Sample sample, Stage stage) {
    return sample.stages().stream().filter(each -> each.stage() == stage).findFirst().orElseThrow();
  }

  @Test
  void excludesRowsOfEarlierRuns() {
    operation.meter.handled(300, 9_000);
    Sample first = sampling.next();
    operation.meter.handled(50, 1_000);
    Sample second = sampling.next();
    assertThat(rows(first)).isEqualTo(300);
    assertThat(first.bytesPerSecond() * first.seconds()).isCloseTo(9_000, within(1e-6));
    assertThat(rows(second)).isEqualTo(50);
    assertThat(second.progress().rows()).isEqualTo(1_350);
    assertThat(rows(sampling.next())).isZero();
  }

  @Test
  void measuresLatenciesOfTheInterval() {
    NodeMeter fast = operation.metrics.node("10.0.0.1:9042");
    NodeMeter slow = operation.metrics.node("10.0.0.2:9042");
    for (int i = 0; i < 99; i++) {
      fast.answered(TimeUnit.MILLISECONDS.toNanos(2));
      operation.metrics.answered(100);
    }
    slow.answered(TimeUnit.MILLISECONDS.toNanos(500));
    operation.metrics.answered(100);
    slow.failed();
    slow.failed();
    slow.overloaded();
    operation.metrics.failed();
    operation.metrics.failed();
    operation.metrics.overloaded();
    operation.retries = 2;
    Sample first = sampling.next();
    assertThat(first.requests()).isEqualTo(100);
    assertThat(first.errors()).isEqualTo(2);
    assertThat(first.overloads()).isEqualTo(1);
    assertThat(first.retries()).isEqualTo(2);
    assertThat(first.latency().count()).isEqualTo(100);
    // 99 answers in 2 ms and one in 500 ms.
    assertThat(first.latency().meanMillis()).isCloseTo(6.98, within(0.1));
    assertThat(first.latency().p50Millis()).isCloseTo(2, within(0.05));
    assertThat(first.latency().maxMillis()).isCloseTo(500, within(5.0));
    assertThat(first.nodes())
        .extracting(NodeSample::node)
        .containsExactly("10.0.0.1:9042", "10.0.0.2:9042");
    NodeSample second = first.nodes().get(1);
    assertThat(second.latency().count()).isEqualTo(1);
    assertThat(second.latency().p50Millis()).isCloseTo(500, within(5.0));
    assertThat(second.errors()).isEqualTo(2);
    assertThat(second.overloads()).isEqualTo(1);

    fast.answered(TimeUnit.MILLISECONDS.toNanos(40));
    operation.metrics.answered(100);
    Sample next = sampling.next();
    assertThat(next.requests()).isEqualTo(1);
    assertThat(next.errors()).isZero();
    assertThat(next.retries()).isZero();
    assertThat(next.latency().p50Millis()).isCloseTo(40, within(0.5));
    assertThat(next.nodes().get(1).latency()).isEqualTo(Latency.NONE);
    assertThat(next.nodes().get(1).errors()).isZero();
  }

  @Test
  void computesMeanPagesAndBatches() {
    operation.metrics.page(100, 1_000);
    operation.metrics.page(300, 5_000);
    operation.metrics.batch(10, 64);
    Sample first = sampling.next();
    assertThat(first.pageRows()).isEqualTo(200);
    assertThat(first.pageBytes()).isEqualTo(3_000);
    assertThat(first.batchStatements()).isEqualTo(10);
    assertThat(first.batchBytes()).isEqualTo(64);
    Sample second = sampling.next();
    assertThat(second.pageRows()).isZero();
    assertThat(second.batchBytes()).isZero();
  }

  @Test
  void countsExactRequestsInFlightForChosenNodes() {
    NodeMeter node = operation.metrics.node("10.0.0.1:9042");
    node.sent();
    node.sent();
    node.sent();
    node.returned();
    assertThat(sampling.next().nodes().get(0).inFlight()).isEqualTo(2);
  }

  @Test
  void keepsStagesWithinTheWorkersTime() throws Exception {
    try (WorkerClock clock = operation.metrics.work()) {
      WorkerClock.during(Stage.WAIT_CLUSTER, () -> TimeUnit.MILLISECONDS.sleep(30));
      WorkerClock.during(Stage.ENCODE, () -> TimeUnit.MILLISECONDS.sleep(10));
      Sample first = sampling.next();
      assertThat(first.workers()).isEqualTo(1);
      double waited = stage(first, Stage.WAIT_CLUSTER).seconds();
      double encoded = stage(first, Stage.ENCODE).seconds();
      assertThat(waited).isGreaterThanOrEqualTo(0.03);
      assertThat(waited + encoded).isLessThanOrEqualTo(first.seconds());
      // The worker's time is within that of the sample, and waiting is not work.
      assertThat(first.workerUtilisation())
          .isBetween(encoded / first.seconds(), 1 - waited / first.seconds());
      assertThat(stage(first, Stage.WAIT_CLUSTER).latency().count()).isEqualTo(1);
      assertThat(stage(sampling.next(), Stage.WAIT_CLUSTER).seconds()).isZero();
      assertThat(clock.worker()).isZero();
    }
  }

  @Test
  void showsBoundsPausesAndParameters() {
    operation.inFlight = 5;
    operation.bound = 0;
    Sample sample = sampling.next();
    assertThat(sample.inFlight()).isEqualTo(5);
    assertThat(sample.inFlightBound()).isZero();
    assertThat(sample.paused()).isTrue();
    assertThat(sample.tunables()).isEqualTo(Map.of("inFlight", 16L));
    assertThat(sample.process().heapMax()).isPositive();
    assertThat(sample.process().threads()).isPositive();
  }
}
