package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.job.JobStore;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Current figures contain only current measurements. */
class LiveReaderTest {

  @Test
  void omitsLatencyOfSilentNode() {
    try (JobStore store = JobStore.inMemory();
        JobRun run = StoredExamples.running(store, "live")) {
      Instant now = Instant.now();
      Instant before = now.minusSeconds(1);
      JobTelemetry.of(store)
          .add(
              run.job().id(),
              MetricKind.PERFORMANCE,
              List.of(
                  Metric.of(before, "node:quiet", "in_flight", 1),
                  Metric.of(before, "node:quiet", "p50_ms", 3),
                  Metric.of(before, "node:quiet", "p99_ms", 7),
                  Metric.of(now, "node:quiet", "in_flight", 1),
                  Metric.of(now, "node:busy", "in_flight", 2),
                  Metric.of(now, "node:busy", "p50_ms", 4),
                  Metric.of(now, "node:busy", "p99_ms", 0)));
      LiveView live = new LiveReader(JobTelemetry.of(store)).read(run.job()).orElseThrow();
      assertThat(live.nodes())
          .containsExactly(
              new LiveView.Node("busy", 2, 4.0, 0.0, 0),
              new LiveView.Node("quiet", 1, null, null, 0));
      run.stopped();
    }
  }
}
