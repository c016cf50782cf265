package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.Latency;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import io.ringhaul.monitor.TaskSample;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What reaches a store of samples, also if the store is slow or fails. */
class TelemetryRecorderTest {

  private static final UUID JOB = new UUID(1, 2);

  /** The added metrics, in order. */
  private final Queue<Metric> added = new ConcurrentLinkedQueue<>();

  @FunctionalInterface
  private interface Adding {
    void add(MetricKind kind, Collection<Metric> metrics) throws Exception;
  }

  @SuppressWarnings("unchecked")
  private static JobTelemetry telemetry(Adding adding) {
    return (JobTelemetry)
        Proxy.newProxyInstance(
            JobTelemetry.class.getClassLoader(),
            new Class<?>[] {JobTelemetry.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("add");
              assertThat(arguments[0]).isEqualTo(JOB);
              adding.add((MetricKind) arguments[1], (Collection<Metric>) arguments[2]);
              return null;
            });
  }

  private static Sample sample(long rows, int errors) {
    return new Sample(
        Instant.ofEpochSecond(1_000 + rows),
        2,
        new Progress(
            1,
            4,
            rows,
            0,
            rows * 10,
            Duration.ofSeconds(1),
            0.25,
            50,
            Optional.of(Duration.ofMillis(3_500)),
            3,
            6,
            Duration.ofSeconds(2),
            Optional.empty(),
            Health.WELL,
            Optional.empty()),
        50,
        500,
        9,
        errors,
        2,
        0,
        3,
        16,
        7,
        false,
        2,
        0.5,
        100,
        1_000,
        0,
        0,
        new Latency(errors, 10 * errors, 1, 5, 6),
        List.of(new NodeSample("10.0.0.1:9042", new Latency(8, 2, 1, 5, 6), 1, 0, 3)),
        List.of(new StageSample(Stage.ENCODE, 0.75, new Latency(4, 2, 2, 3, 4))),
        List.of(new TaskSample(5, 1, 42, 0.5, "10.0.0.1:9042", OptionalDouble.of(0.75))),
        new ProcessSample(0.5, 0.75, 12, 30, 1, 2, 3, 0.01, 4, -1, 8, 9),
        Map.of("inFlight", 16L));
  }

  private double value(String component, String name) {
    List<Double> values =
        added.stream()
            .filter(each -> each.component().equals(component) && each.name().equals(name))
            .map(Metric::value)
            .toList();
    assertThat(values).as("%s/%s of %s", component, name, added).isNotEmpty();
    return values.get(values.size() - 1);
  }

  @Test
  void convertsSamplesToMetrics() {
    try (TelemetryRecorder recorder =
        new TelemetryRecorder(
            telemetry((kind, metrics) -> added.addAll(metrics)), JOB, Optional::empty)) {
      recorder.sampled(sample(100, 1));
      recorder.sampled(sample(200, 3));
    }
    assertThat(value("job", "rows")).isEqualTo(200);
    assertThat(value("job", "rows_per_second")).isEqualTo(50);
    assertThat(value("job", "completed")).isEqualTo(0.25);
    assertThat(value("job", "errors")).isEqualTo(4);
    assertThat(value("job", "error_rate")).isEqualTo(0.25);
    assertThat(value("job", "retries")).isEqualTo(6);
    // One answer in 10 ms and three in 30 ms on average.
    assertThat(value("job", "mean_latency_ms")).isEqualTo(25);
    assertThat(value("job", "completed")).isEqualTo(0.25);
    assertThat(value("job", "remaining_seconds")).isEqualTo(3.5);
    assertThat(value("job", "unanswered_seconds")).isEqualTo(2);
    assertThat(value("job", "in_flight_bound")).isEqualTo(16);
    assertThat(value("job", "paused")).isZero();
    assertThat(value("stage:encode", "seconds")).isEqualTo(1.5);
    assertThat(value("stage:encode", "p99_ms")).isEqualTo(3);
    assertThat(value("node:10.0.0.1:9042", "requests_per_second")).isEqualTo(4);
    assertThat(value("node:10.0.0.1:9042", "in_flight")).isEqualTo(3);
    assertThat(value("tunable:inFlight", "value")).isEqualTo(16);
    assertThat(value("process", "cpu_share")).isEqualTo(0.5);
    assertThat(value("gc", "pause_ms")).isEqualTo(4);
    assertThat(value("network", "bytes_per_second")).isEqualTo(9);
    // The free space of this disk is unknown.
    assertThat(added).noneMatch(each -> each.name().equals("free_bytes"));
    Metric task =
        added.stream().filter(each -> each.component().equals("task")).findFirst().orElseThrow();
    assertThat(task.partition()).hasValue(5);
    assertThat(task.value()).isEqualTo(42);
    assertThat(task.context()).hasValue("worker 1");
    assertThat(value("task", "completed")).isEqualTo(0.75);
    // A store keeps one value for each time, component, name and partition.
    Map<String, Long> same =
        added.stream()
            .collect(
                Collectors.groupingBy(
                    each -> each.time() + each.component() + each.name() + each.partition(),
                    Collectors.counting()));
    assertThat(same.values()).containsOnly(1L);
  }

  @Test
  void toleratesAStoreThatFails() {
    try (TelemetryRecorder recorder =
        new TelemetryRecorder(
            telemetry(
                (kind, metrics) -> {
                  added.addAll(metrics);
                  throw new StorageException("store", "the store fails in this test", null);
                }),
            JOB,
            Optional::empty)) {
      recorder.sampled(sample(1, 0));
      recorder.sampled(sample(2, 0));
    }
    assertThat(value("job", "rows")).isEqualTo(2);
  }

  @Test
  void dropsTheOldestSamplesThatWaitForASlowStore() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    try (TelemetryRecorder recorder =
        new TelemetryRecorder(
            telemetry(
                (kind, metrics) -> {
                  stuck.countDown();
                  goesOn.await();
                  added.addAll(metrics);
                }),
            JOB,
            Optional::empty)) {
      recorder.sampled(sample(0, 0));
      stuck.await();
      for (int i = 1; i <= 100; i++) {
        recorder.sampled(sample(i, 0));
      }
      goesOn.countDown();
    }
    // One sample was being stored, and five wait.
    assertThat(
            added.stream()
                .filter(each -> each.name().equals("rows") && each.component().equals("job")))
        .extracting(Metric::value)
        .containsExactly(0.0, 96.0, 97.0, 98.0, 99.0, 100.0);
  }
}
