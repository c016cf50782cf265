package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.TestSample;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a job learns of concurrent jobs from their common store. */
class NeighbourPollTest {

  private static final String NODE = "127.0.0.1:9042";

  private final JobStore store = JobStore.inMemory();
  private final UUID own = stored("own");
  private final UUID other = stored("nightly");
  private final JobsUnderWay jobs = new JobsUnderWay();
  private final JobsUnderWay.Registration registration = jobs.enter("the export", Optional.of(own));
  private final NeighbourPoll poll = new NeighbourPoll(own, JobTelemetry.of(store), registration);

  private UUID stored(String name) {
    UUID id = UUID.randomUUID();
    store.create(
        Job.pending(
            id,
            name,
            "",
            Map.of(),
            JobKind.EXPORT,
            new JobDefinition(Map.of(), Map.of(), List.of())));
    return id;
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Stores metrics of the other job for this second, and polls. */
  private void sampled(int second, Consumer<TestSample> change) {
    TestSample sample = new TestSample(second);
    change.accept(sample);
    JobTelemetry.of(store)
        .add(
            other,
            MetricKind.PERFORMANCE,
            new SampleMetrics().performance(sample.sample(), Optional.empty()));
    poll.poll();
  }

  @Test
  void reportsJobsOfOtherProcessesWhileTheySendRequests() {
    try (JobRun run = JobRuns.of(store).begin(other)) {
      sampled(1, sample -> {});
      // The metrics may be of an earlier run.
      assertThat(registration.others()).isEmpty();
      poll.poll();
      assertThat(registration.others()).isEmpty();
      sampled(2, sample -> {});
      assertThat(registration.others()).hasSize(1);
      assertThat(registration.others().get(0).job()).isEqualTo("the job \"nightly\"");
      assertThat(registration.others().get(0).nodes()).contains(NODE);
      sampled(3, sample -> sample.p50.remove(NODE));
      assertThat(registration.others().get(0).nodes()).isNotEmpty().doesNotContain(NODE);
      sampled(
          4,
          sample -> {
            sample.requests = 0;
            sample.nodeInFlight.put(NODE, 3);
          });
      assertThat(registration.others().get(0).nodes()).containsExactly(NODE);
      run.stopped();
    }
    poll.poll();
    assertThat(registration.others()).isEmpty();
  }

  @Test
  void reportsJobsOfThisProcessOnce() {
    try (JobRun run = JobRuns.of(store).begin(other);
        JobsUnderWay.Registration here = jobs.enter("the count", Optional.of(run.job().id()))) {
      here.asks(Set.of(NODE));
      sampled(1, sample -> {});
      sampled(2, sample -> {});
      assertThat(registration.others())
          .extracting(JobsUnderWay.Load::job)
          .containsExactly("the count");
    }
  }

  @Test
  void reportsNothingToADeletedJob() {
    try (JobRun run = JobRuns.of(store).begin(other)) {
      sampled(1, sample -> {});
      sampled(2, sample -> {});
      assertThat(registration.others()).hasSize(1);
      store.delete(own);
      poll.poll();
      assertThat(registration.others()).isEmpty();
      run.stopped();
    }
  }
}
