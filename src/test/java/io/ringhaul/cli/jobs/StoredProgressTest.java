package io.ringhaul.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.Progress;
import io.ringhaul.schema.TokenRange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests the progress of a job in another process, which is that of the latest sample. */
class StoredProgressTest {

  private final Instant now = Instant.now();

  private static JobRun running(JobStore store) {
    UUID id = UUID.randomUUID();
    store.create(
        Job.pending(
            id,
            "nightly",
            "",
            Map.of(),
            JobKind.EXPORT,
            new JobDefinition(Map.of(), Map.of(), List.of())));
    JobRun run = JobRuns.of(store).begin(id);
    run.plan("{}", List.of(JobPartition.ofTokens(0, List.of(TokenRange.wholeRing()))));
    run.begun(0);
    return run;
  }

  private Optional<StoredProgress> read(JobStore store, JobRun run) {
    return StoredProgress.of(store, store.find(run.job().id()).orElseThrow(), now);
  }

  private static void add(JobStore store, JobRun run, Metric... metrics) {
    JobTelemetry.of(store).add(run.job().id(), MetricKind.PERFORMANCE, List.of(metrics));
  }

  private static Metric text(
      Instant time, String component, String name, double value, String text) {
    return new Metric(time, component, name, value, OptionalInt.empty(), Optional.of(text));
  }

  @Test
  void readsLatestSampleOnly() {
    try (JobStore store = JobStore.inMemory();
        JobRun run = running(store)) {
      assertThat(read(store, run)).isEmpty();
      Instant before = Instant.now();
      Instant latest = before.plusSeconds(1);
      add(
          store,
          run,
          Metric.of(before, "job", "completed", 0.25),
          Metric.of(before, "job", "remaining_seconds", 30),
          Metric.of(latest, "job", "completed", 0.5),
          Metric.of(latest, "job", "rows", 1_000),
          Metric.of(latest, "job", "rows_per_second", 100),
          Metric.of(latest, "job", "unanswered_seconds", 4.5));
      StoredProgress stored = read(store, run).orElseThrow();
      Progress progress = stored.progress();
      assertThat(progress.completed()).isEqualTo(0.5);
      assertThat(progress.rows()).isEqualTo(1_000);
      assertThat(progress.tasks()).isEqualTo(1);
      assertThat(progress.remaining()).as("no longer known").isEmpty();
      assertThat(progress.unanswered()).isEqualTo(Duration.ofMillis(4_500));
      assertThat(stored.facts())
          .containsOnlyKeys("completed", "rows", "rowsPerSecond", "unansweredSeconds", "health")
          .containsEntry("completed", 0.5)
          .containsEntry("rows", 1_000L)
          .containsEntry("rowsPerSecond", 100.0)
          .containsEntry("unansweredSeconds", 4.5)
          .containsEntry("health", null);
      add(
          store,
          run,
          Metric.of(latest.plusSeconds(1), "job", "completed", 0.75),
          text(
              latest.plusSeconds(1),
              "health:slowed",
              "age_seconds",
              2,
              "The cluster answers late"));
      assertThat(read(store, run).orElseThrow().facts())
          .containsEntry(
              "health",
              Map.of("state", "slowed", "text", "The cluster answers late", "sinceSeconds", 2.0));
      run.stopped();
      assertThat(read(store, run)).as("job is not running").isEmpty();
    }
  }

  /** The reason of a pause leaves out its end. */
  @Test
  void saysUntilWhenJobIsPaused() {
    try (JobStore store = JobStore.inMemory();
        JobRun run = running(store)) {
      Instant latest = Instant.now();
      add(
          store,
          run,
          Metric.of(latest, "job", "completed", 0.5),
          text(latest, "health:paused", "age_seconds", 5, "Outside of the window"),
          text(latest, "pause", "since", 1_000, "Outside of the window"),
          Metric.of(latest, "pause", "until", 2_000));
      assertThat(read(store, run).orElseThrow().facts())
          .containsEntry(
              "health",
              Map.of("state", "paused", "text", "Outside of the window", "sinceSeconds", 5.0))
          .containsEntry("pausedUntil", "1970-01-01T00:33:20Z");
    }
  }

  @Test
  void ignoresSamplesOfEarlierRun() {
    try (JobStore store = JobStore.inMemory();
        JobRun run = running(store)) {
      add(store, run, Metric.of(now.minusSeconds(60), "job", "completed", 0.5));
      assertThat(read(store, run)).isEmpty();
      run.stopped();
    }
  }
}
