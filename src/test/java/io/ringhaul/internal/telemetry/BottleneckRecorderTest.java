package io.ringhaul.internal.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.TestSample;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Bottlenecks in a job's store. */
class BottleneckRecorderTest {

  private final UUID job = UUID.randomUUID();
  private int second;

  @Test
  void storesOpenBottlenecksAndTheirEnd() {
    try (JobStore store = JobStore.inMemory();
        BottleneckDetector detector = detector()) {
      store.create(pending());
      BottleneckRecorder recorder = new BottleneckRecorder(JobTelemetry.of(store), job, detector);
      pass(detector, recorder, 10, sample -> {});
      assertThat(JobTelemetry.of(store).bottlenecks(job)).isEmpty();
      pass(detector, recorder, 3, sample -> sample.gcShare = 0.4);
      Bottleneck first = only(store);
      assertThat(first.kind()).isEqualTo(BottleneckKind.CLIENT_MEMORY);
      assertThat(first.component()).isEqualTo("heap");
      assertThat(first.evidence()).containsEntry("gcShare", 0.4);
      assertThat(first.proposal()).contains(new Bottleneck.Proposal("pageRows", 2_500));
      assertThat(first.open()).isTrue();
      assertThat(first.since()).isEqualTo(TestSample.START.plusSeconds(11));
      assertThat(first.lastSeen()).isEqualTo(TestSample.START.plusSeconds(13));
      // Current figures are stored every five seconds.
      pass(detector, recorder, 5, sample -> sample.gcShare = 0.5);
      assertThat(only(store).evidence()).containsEntry("gcShare", 0.5);
      assertThat(only(store).lastSeen()).isEqualTo(TestSample.START.plusSeconds(18));
      pass(detector, recorder, 10, sample -> {});
      assertThat(only(store).open()).isFalse();
      assertThat(only(store).id()).isEqualTo(first.id());
      pass(detector, recorder, 3, sample -> sample.gcShare = 0.4);
      assertThat(JobTelemetry.of(store).bottlenecks(job))
          .extracting(Bottleneck::open)
          .containsExactly(true, false);
      recorder.close();
      assertThat(JobTelemetry.of(store).bottlenecks(job)).noneMatch(Bottleneck::open);
    }
  }

  /** A killed process cannot store the end of its bottlenecks. */
  @Test
  void closesBottlenecksOfAKilledProcess() {
    try (JobStore store = JobStore.inMemory()) {
      store.create(pending());
      try (BottleneckDetector killed = detector()) {
        BottleneckRecorder recorder = new BottleneckRecorder(JobTelemetry.of(store), job, killed);
        pass(killed, recorder, 10, sample -> {});
        pass(killed, recorder, 3, sample -> sample.gcShare = 0.4);
        assertThat(only(store).open()).isTrue();
      }
      try (BottleneckDetector next = detector()) {
        BottleneckRecorder recorder = new BottleneckRecorder(JobTelemetry.of(store), job, next);
        pass(next, recorder, 1, sample -> {});
        assertThat(only(store).open()).isFalse();
        assertThat(only(store).evidence()).containsEntry("gcShare", 0.4);
      }
    }
  }

  private Job pending() {
    return Job.pending(
        job, "job", "", Map.of(), JobKind.EXPORT, new JobDefinition(Map.of(), Map.of(), List.of()));
  }

  private static BottleneckDetector detector() {
    return new BottleneckDetector(
        OperationKind.EXPORT,
        RequestLimits.NONE,
        new JobsUnderWay().enter("job", Optional.empty()),
        List.of());
  }

  private Bottleneck only(JobStore store) {
    List<Bottleneck> all = JobTelemetry.of(store).bottlenecks(job);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private void pass(
      BottleneckDetector detector,
      BottleneckRecorder recorder,
      int samples,
      Consumer<TestSample> change) {
    for (int i = 0; i < samples; i++) {
      TestSample sample = new TestSample(++second);
      change.accept(sample);
      detector.sampled(sample.sample());
      recorder.sampled(sample.sample());
    }
  }
}
