package io.ringhaul.console;

import io.ringhaul.internal.jobstore.Checkpoint;
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
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.schema.TokenRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** Stores jobs in the states in which processes leave them. */
final class StoredExamples {

  static final int PARTITIONS = 12;

  private StoredExamples() {}

  /** Stores a job that was never started. */
  static Job pending(JobStore store, String name) {
    Job job =
        Job.pending(
            UUID.randomUUID(),
            name,
            "each night",
            Map.of("team", "data"),
            JobKind.EXPORT,
            new JobDefinition(
                Map.of("table", "ks.t"),
                Map.of("maxRowsPerSecond", "1000", "consistency", "LOCAL_QUORUM"),
                List.of("export", "ks.t", "--format=csv", "--path=/out")));
    store.create(job);
    return job;
  }

  /** Stores a running job with two completed partitions, one failed and one started. */
  static JobRun running(JobStore store, String name) {
    Job job = pending(store, name);
    JobRun run = JobRuns.of(store).begin(job.id());
    List<JobPartition> partitions = new ArrayList<>();
    List<TokenRange> ranges = TokenRange.wholeRing().split(PARTITIONS);
    for (int i = 0; i < PARTITIONS; i++) {
      partitions.add(JobPartition.ofTokens(i, List.of(ranges.get(i))));
    }
    run.plan("{}", partitions);
    for (int i = 0; i < 4; i++) {
      run.begun(i);
    }
    run.done(new Checkpoint(0, 100, 1_000, 1, List.of("a"), 0));
    run.done(new Checkpoint(1, 200, 2_000, 0, List.of("b"), 0));
    run.failed(2, "the node is away");
    return run;
  }

  /** Stores the metrics of a job's first seconds, up to now. */
  static void measured(JobStore store, UUID job) {
    Instant now = Instant.now();
    for (int ago = 2; ago >= 0; ago--) {
      Instant time = now.minusSeconds(ago);
      int seconds = 3 - ago;
      JobTelemetry.of(store)
          .add(
              job,
              MetricKind.PERFORMANCE,
              List.of(
                  Metric.of(time, "job", "rows", 100 * seconds),
                  Metric.of(time, "job", "bytes", 1_000 * seconds),
                  Metric.of(time, "job", "rows_per_second", 100),
                  Metric.of(time, "job", "completed", 0.1 * seconds),
                  Metric.of(time, "job", "mean_latency_ms", 2.5 * seconds),
                  Metric.of(time, "job", "remaining_seconds", 10.0 - seconds),
                  Metric.of(time, "job", "unanswered_seconds", 4),
                  Metric.of(time, "job", "in_flight", 7),
                  Metric.of(time, "job", "in_flight_bound", 16),
                  Metric.of(time, "stage:decode", "seconds", seconds),
                  Metric.of(time, "stage:write", "seconds", 3 * seconds),
                  Metric.of(time, "node:127.0.0.1:9042", "p99_ms", 12.5),
                  Metric.of(time, "limited_by:rows_per_second", "share", 0.9),
                  Metric.of(time, "limited_by:rows_per_second", "value", 1_000),
                  Metric.of(time, "limited_overall:cluster", "share", 0.8),
                  new Metric(
                      time,
                      "health:slowed",
                      "age_seconds",
                      2,
                      OptionalInt.empty(),
                      Optional.of("The node answers late")),
                  Metric.of(time, "tunable:inFlight", "value", 16)));
      JobTelemetry.of(store)
          .add(
              job,
              MetricKind.RESOURCE,
              List.of(
                  Metric.of(time, "process", "cpu_share", 0.25 * seconds),
                  Metric.of(time, "heap", "used_bytes", 1e6)));
    }
    JobTelemetry.of(store).put(job, List.of(overload(now)));
  }

  private static Bottleneck overload(Instant now) {
    return new Bottleneck(
        "overload-1",
        BottleneckKind.SERVER_OVERLOAD,
        "node:127.0.0.1:9042",
        Map.of("p99_ms", 12.5),
        "The node answers late.",
        "Have fewer requests in flight.",
        Optional.of(new Bottleneck.Proposal("inFlight", 8)),
        now.minusSeconds(2),
        now,
        true);
  }
}
