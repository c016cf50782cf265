package io.ringhaul.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.Latency;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The meters show the figures of the samples. */
class JobMetricsTest {

  static Sample sample(long rows, double rowsPerSecond, String... nodes) {
    return new Sample(
        Instant.ofEpochSecond(rows),
        0.5,
        new Progress(
            1,
            4,
            rows,
            0,
            rows * 10,
            Duration.ofSeconds(1),
            0.25,
            rowsPerSecond,
            Optional.empty(),
            3,
            6,
            Duration.ZERO,
            Optional.empty(),
            Health.WELL,
            Optional.empty()),
        rowsPerSecond,
        rowsPerSecond * 10,
        9,
        2,
        1,
        1,
        3,
        16,
        7,
        false,
        2,
        0.5,
        100,
        1_000,
        5,
        640,
        new Latency(8, 2, 1, 5, 6),
        List.of(nodes).stream()
            .map(node -> new NodeSample(node, new Latency(8, 2, 1, 5, 6), 1, 0, 3))
            .toList(),
        List.of(new StageSample(Stage.ENCODE, 0.75, new Latency(4, 2, 2, 3, 4))),
        List.of(),
        new ProcessSample(0.5, 0.75, 12, 30, 1, 2, 3, 0.01, 4, 5, 8, 9),
        Map.of());
  }

  @Test
  void showsTheFiguresOfTheSamples() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (JobMetrics metrics = new JobMetrics(Tags.of("job", "nightly"))) {
      metrics.bindTo(registry);
      assertThat(registry.get("ringhaul.job.completed").gauge().value()).isNaN();
      metrics.sampled(sample(100, 200, "a:9042"));
      metrics.sampled(sample(150, 100, "a:9042", "b:9042"));
      assertThat(registry.get("ringhaul.job.rows").tag("job", "nightly").functionCounter().count())
          .isEqualTo(150);
      assertThat(registry.get("ringhaul.job.handled").functionCounter().count()).isEqualTo(1_500);
      assertThat(registry.get("ringhaul.job.errors").functionCounter().count()).isEqualTo(4);
      assertThat(registry.get("ringhaul.job.completed").gauge().value()).isEqualTo(0.25);
      assertThat(registry.get("ringhaul.job.in.flight").gauge().value()).isEqualTo(3);
      FunctionTimer encode =
          registry.get("ringhaul.job.stage").tag("stage", "encode").functionTimer();
      assertThat(encode.count()).isEqualTo(8);
      assertThat(encode.totalTime(TimeUnit.SECONDS)).isEqualTo(1.5);
      assertThat(
              registry
                  .get("ringhaul.job.node.requests")
                  .tag("node", "a:9042")
                  .functionCounter()
                  .count())
          .isEqualTo(16);
      assertThat(
              registry
                  .get("ringhaul.job.node.requests")
                  .tag("node", "b:9042")
                  .functionCounter()
                  .count())
          .isEqualTo(8);
      assertThat(
              registry
                  .get("ringhaul.job.node.latency.percentile")
                  .tags("node", "a:9042", "phi", "0.99")
                  .timeGauge()
                  .value(TimeUnit.MILLISECONDS))
          .isEqualTo(5);
    }
    assertThat(registry.getMeters()).extracting(Meter::getId).isEmpty();
  }
}
