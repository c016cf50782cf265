package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.JobStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each change is reported once, also after failed reads. */
class JobWatchTest {

  @ParameterizedTest
  @ValueSource(strings = {"find", "partitions", "bottlenecks", "latest"})
  void reportsEarlierChangesAfterFailure(String call) throws InterruptedException {
    AtomicReference<String> failing = new AtomicReference<>("");
    try (JobStore store = JobStore.inMemory();
        JobRun run = StoredExamples.running(store, "watched")) {
      JobStore unsteady = UnsteadyStore.over(store, name -> name.equals(failing.get()));
      JobWatch watch =
          new JobWatch(
              new KnownJobs(unsteady, Optional.empty()),
              new LiveReader(JobTelemetry.of(unsteady)),
              run.job().id());
      run.begun(4);
      StoredExamples.measured(store, run.job().id());
      // The partitions are read again after twenty times the duration of the first read.
      Thread.sleep(500);
      failing.set(call);
      List<String> told = toldUntilFailure(watch);
      failing.set("");
      while (told.stream().noneMatch(each -> each.contains("event: partitions"))) {
        Thread.sleep(20);
        told.addAll(told(watch));
      }
      assertThat(told)
          .filteredOn(each -> each.contains("event: partitions"))
          .singleElement()
          .asString()
          .contains("\"number\":4")
          .contains("\"status\":\"RUNNING\"");
      assertThat(told).filteredOn(each -> each.contains("event: bottleneck")).hasSize(1);
      assertThat(told).filteredOn(each -> each.contains("event: job")).isNotEmpty();
      run.stopped();
    }
  }

  @Test
  void reportsNoChangeTwice() {
    try (JobStore store = JobStore.inMemory()) {
      JobWatch watch =
          new JobWatch(
              new KnownJobs(store, Optional.empty()),
              new LiveReader(JobTelemetry.of(store)),
              StoredExamples.pending(store, "still").id());
      assertThat(watch.changes()).isEmpty();
    }
  }

  private static List<String> toldUntilFailure(JobWatch watch) throws InterruptedException {
    List<String> told = new ArrayList<>();
    while (true) {
      try {
        told.addAll(told(watch));
      } catch (StorageException e) {
        return told;
      }
      Thread.sleep(20);
    }
  }

  private static List<String> told(JobWatch watch) {
    return watch.changes().stream()
        .map(event -> new String(event.bytes(), StandardCharsets.UTF_8))
        .toList();
  }
}
