package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cli.jobs.JobDescription;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.schema.TokenRange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests what lists and details of jobs say about a job. */
class JobFactsTest {

  private static final JobDefinition NO_TABLE = JobDefinition.draft(List.of());

  private final JobStore store = JobStore.inMemory();
  private final Instant now = Instant.now();

  @AfterEach
  void close() {
    store.close();
  }

  private JobRun running() {
    UUID id = UUID.randomUUID();
    store.create(
        Job.pending(
            id,
            "nightly",
            "",
            Map.of(),
            JobKind.EXPORT,
            new JobDefinition(
                Map.of("table", "store.orders"),
                Map.of(),
                List.of("export", "store.orders", "--format=csv", "--path=/data/orders"))));
    JobRun run = JobRuns.of(store).begin(id);
    run.plan("{}", List.of(JobPartition.ofTokens(0, List.of(TokenRange.wholeRing()))));
    run.begun(0);
    return run;
  }

  private JobFacts facts(JobRun run, Instant at) {
    return JobFacts.of(store, store.find(run.job().id()).orElseThrow(), at);
  }

  @Test
  void runningJobHasProgressRateTimeLeftAndLimit() {
    try (JobRun run = running()) {
      Instant time = Instant.now();
      JobTelemetry.of(store)
          .add(
              run.job().id(),
              MetricKind.PERFORMANCE,
              List.of(
                  Metric.of(time, "job", "completed", 0.629),
                  Metric.of(time, "job", "rows", 186_400),
                  Metric.of(time, "job", "rows_per_second", 8_012),
                  Metric.of(time, "job", "remaining_seconds", 140),
                  Metric.of(time, "limited_by:rows_per_second", "share", 0.93),
                  Metric.of(time, "limited_by:rows_per_second", "value", 8_000)));
      JobFacts facts = facts(run, now.plusSeconds(2));
      assertThat(facts.status()).isEqualTo("running");
      assertThat(facts.table()).isEqualTo("store.orders");
      assertThat(facts.files()).contains("csv in /data/orders");
      assertThat(facts.done()).isEqualTo("62 %");
      assertThat(facts.rows()).isEqualTo("186,400");
      assertThat(facts.rate()).isEqualTo("8,012");
      assertThat(facts.outcome())
          .isEqualTo("2 min 20 s left; Limited by your limit of 8,000 rows/s (--rate)");
      run.stopped();
    }
  }

  @Test
  void jobOfSilentProcessIsInterrupted() {
    try (JobRun run = running()) {
      JobFacts facts = facts(run, now.plusSeconds(120));
      assertThat(facts.status()).isEqualTo("interrupted");
      assertThat(facts.outcome())
          .matches("process \\d+ on \\S+ has not reported since \\d\\d:\\d\\d:\\d\\d");
      assertThat(facts.took()).as("until its last report").isEqualTo("0 s");
      assertThat(facts.rate()).as("unknown").isEqualTo(JobFacts.NONE);
      run.stopped();
    }
  }

  @Test
  void durationAndRateOfResumedJobAreThoseOfItsRuns() {
    Job plain = Job.pending(UUID.randomUUID(), "n", "", Map.of(), JobKind.EXPORT, NO_TABLE);
    Job job =
        new Job(
            plain.id(),
            plain.name(),
            plain.description(),
            plain.labels(),
            plain.kind(),
            JobStatus.COMPLETED,
            now.minusSeconds(40_000),
            Optional.of(now.minusSeconds(40_000)),
            Optional.of(now.minusSeconds(60)),
            Optional.of(now),
            Duration.ofSeconds(100),
            new JobFigures(1, 1, 0, 5_000, 0),
            plain.definition(),
            Optional.empty(),
            2,
            Optional.empty(),
            Optional.empty());
    store.create(plain);
    JobFacts facts = JobFacts.of(store, job, now);
    assertThat(facts.took()).isEqualTo("1 min 40 s");
    assertThat(facts.rate()).isEqualTo("50");
    assertThat(facts.resumed()).contains(now.minusSeconds(60));
    assertThat(JobDescription.brief(job, now))
        .containsEntry("runSeconds", 100.0)
        .containsEntry("runStarted", now.minusSeconds(60).toString());
  }

  @Test
  void failedJobSaysWhy() {
    try (JobRun run = running()) {
      run.failed("The disk is full");
      JobFacts facts = facts(run, now);
      assertThat(facts.status()).isEqualTo("failed");
      assertThat(facts.outcome()).isEqualTo("The disk is full");
    }
  }

  @Test
  void momentsAreLocal() {
    assertThat(JobFacts.moment(now)).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d \\S+");
    assertThat(JobFacts.shortMoment(Optional.empty())).isEqualTo(JobFacts.NONE);
  }
}
