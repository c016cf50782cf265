package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.job.JobStore;
import java.util.UUID;
import org.junit.jupiter.api.Test;

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
}
