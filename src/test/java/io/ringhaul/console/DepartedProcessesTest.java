package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.JobStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Old metrics of a process that ended are not shown as current figures. */
class DepartedProcessesTest {

  @Test
  void showsNoCurrentFigures() {
    try (JobStore store = JobStore.inMemory();
        JobRun run = StoredExamples.running(store, "killed");
        JobConsole console = JobConsole.over(DepartedProcesses.over(store)).start()) {
      ConsoleClient client = new ConsoleClient(console.uri());
      UUID id = run.job().id();
      StoredExamples.measured(store, id);
      JsonNode job = client.get("/api/batch-jobs/" + id).body();
      assertThat(job.path("status").asText()).isEqualTo("RUNNING");
      assertThat(job.path("alive").asBoolean()).isFalse();
      assertThat(job.path("live").isNull()).isTrue();
      ConsoleClient.Answer metrics = client.get("/metrics");
      assertThat(metrics.status()).isEqualTo(200);
      assertThat(metrics.http().body()).doesNotContain(id.toString());
      JsonNode constraint =
          client.get("/api/resource-usage/constraints?job=" + id).body().at("/constraints/0");
      assertThat(constraint.path("name").asText()).isEqualTo("maxRowsPerSecond");
      assertThat(constraint.path("usage").isNull()).isTrue();
      run.stopped();
    }
  }

  @Test
  void endsRunningTasksAtLastReport() {
    try (JobStore store = JobStore.inMemory();
        JobRun run = StoredExamples.running(store, "killed");
        JobConsole console = JobConsole.over(DepartedProcesses.over(store)).start()) {
      JsonNode left =
          new ConsoleClient(console.uri())
              .get("/api/batch-jobs/" + run.job().id() + "/partitions?status=RUNNING")
              .body()
              .at("/items/0");
      assertThat(left.path("status").asText()).isEqualTo("RUNNING");
      assertThat(left.path("ended").asText()).isEqualTo(Times.text(Instant.EPOCH));
      run.stopped();
    }
  }

  @Test
  @Timeout(60)
  void watchersHearThatRunningTasksHaveEnded() throws InterruptedException {
    AtomicBoolean isGone = new AtomicBoolean();
    try (JobStore store = JobStore.inMemory();
        JobRun run = StoredExamples.running(store, "killed")) {
      JobStore watched = DepartedProcesses.over(store, isGone::get);
      JobWatch watch =
          new JobWatch(
              new KnownJobs(watched, Optional.empty()),
              new LiveReader(JobTelemetry.of(watched)),
              run.job().id());
      isGone.set(true);
      List<String> told = new ArrayList<>();
      while (told.stream().noneMatch(each -> each.contains("\"ended\":\"1970-01-01"))) {
        Thread.sleep(20);
        watch
            .changes()
            .forEach(event -> told.add(new String(event.bytes(), StandardCharsets.UTF_8)));
      }
      run.stopped();
    }
  }
}
