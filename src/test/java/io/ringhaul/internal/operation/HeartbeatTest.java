package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The answers of the job store to heartbeats. */
class HeartbeatTest {

  private static final Duration SILENCE = Duration.ofSeconds(2);
  private static final long LONG_ENOUGH_MILLIS = 3_000;

  @TempDir private Path folder;

  private final UUID id = UUID.randomUUID();
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("jobs.db");
  }

  @Test
  @Timeout(60)
  void failsWithJobExceptionIfAnotherProcessOwnsTheJob() {
    try (JobStore store = stored();
        JobRun run = JobRuns.of(store).begin(id);
        OperationJob.Heartbeat heartbeat = new OperationJob.Heartbeat(run)) {
      run.stopped();
      assertThatThrownBy(
              () -> {
                while (!heartbeat.isStopping()) {
                  Thread.sleep(20);
                }
              })
          .isInstanceOfSatisfying(
              JobException.class, lost -> assertThat(lost.jobId()).isEqualTo(id))
          .hasMessageContaining("can no longer change the job");
    }
  }

  @Test
  void failsIfTheStoreDoesNotAnswer() throws Exception {
    try (JobStore store = stored();
        JobRun run = JobRuns.of(store).begin(id);
        OperationJob.Heartbeat heartbeat = new OperationJob.Heartbeat(run, SILENCE)) {
      assertThat(heartbeat.isStopping()).isFalse();
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        Thread.sleep(LONG_ENOUGH_MILLIS);
        assertThatThrownBy(heartbeat::isStopping)
            .isExactlyInstanceOf(BulkOperationException.class)
            .hasMessage("The job's store has not answered for 2 s");
        statement.execute("ROLLBACK");
      }
    }
  }

  private JobStore stored() {
    JobStore store = JobStore.file(file);
    store.create(
        Job.pending(
            id,
            "heartbeat",
            "",
            Map.of(),
            JobKind.EXPORT,
            new JobDefinition(Map.of(), Map.of(), List.of())));
    return store;
  }
}
