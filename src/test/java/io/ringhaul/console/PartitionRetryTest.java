package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.Checkpoint;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A partition is repeated only if repeating its writes changes nothing. */
class PartitionRetryTest {

  private static final List<String> COMMAND = List.of("import", "ks.t");

  private final RecordingLauncher launcher = new RecordingLauncher();
  private JobStore store;
  private JobConsole console;
  private ConsoleClient client;

  @BeforeEach
  void start() {
    store = JobStore.inMemory();
    console = JobConsole.over(store).launcher(launcher).start();
    client = new ConsoleClient(console.uri());
  }

  @AfterEach
  void stop() {
    console.close();
    store.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"id bigint, n counter", "id bigint, tags list<text>"})
  void refusesToRepeatWritesThatAddUp(String columns) {
    UUID job = stopped(columns, COMMAND);
    List<JobPartition> before = store.partitions(job);
    ConsoleClient.Answer refused = retry(job, 0);
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.error())
        .contains("may add to counters or append to lists")
        .contains("is not repeated");
    assertThat(store.partitions(job)).isEqualTo(before);
    assertThat(launcher.calls()).isEmpty();
    assertThat(retry(job, 1).status()).as("one that was not begun").isEqualTo(202);
    assertThat(launcher.calls()).containsExactly("require import ks.t", "start import ks.t");
  }

  @Test
  void repeatsIdempotentWrites() {
    ConsoleClient.Answer frozen = retry(stopped("id bigint, tags frozen<list<text>>", COMMAND), 0);
    assertThat(frozen.status()).isEqualTo(202);
    assertThat(frozen.body().path("status").asText()).isEqualTo("PENDING");
  }

  @Test
  void repeatsWritesThatAddUpOnRequest() {
    List<String> command = List.of("import", "ks.t", "--replay-in-doubt");
    assertThat(retry(stopped("id bigint, n counter", command), 0).status()).isEqualTo(202);
  }

  private ConsoleClient.Answer retry(UUID job, int partition) {
    return client.call("POST", "/api/batch-partitions/" + job + ":" + partition + "/retry", "");
  }

  /** Returns an import with the first of two partitions done. */
  private UUID stopped(String columns, List<String> command) {
    Job job =
        Job.pending(
            UUID.randomUUID(),
            "import ks.t",
            "",
            Map.of(),
            JobKind.IMPORT,
            new JobDefinition(Map.of("table", "ks.t", "columns", columns), Map.of(), command));
    store.create(job);
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      run.plan(
          "{}", List.of(JobPartition.ofSource(0, "{}", 100), JobPartition.ofSource(1, "{}", 100)));
      run.begun(0);
      run.done(new Checkpoint(0, 10, 100, 0, List.of(), 0));
      run.stopped();
    }
    return job.id();
  }
}
