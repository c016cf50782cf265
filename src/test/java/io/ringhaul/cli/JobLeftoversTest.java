package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that exports that were not planned are forgotten although their catalog is gone. */
class JobLeftoversTest {

  private final UUID id = UUID.randomUUID();

  @TempDir private Path folder;
  private Path token;
  private Path jobs;

  @BeforeEach
  void store() throws IOException {
    token = folder.resolve("token");
    Files.writeString(token, "secret");
    jobs = folder.resolve("jobs.db");
    List<String> command =
        List.of(
            "export",
            "--format=iceberg",
            "--catalog-property=type=rest",
            "--catalog-property=uri=http://127.0.0.1:1",
            "--catalog-property=token=@" + token,
            "--iceberg-table=lake.orders_new",
            "store.orders");
    Map<String, String> fingerprint = new HashMap<>(ExportCommand.targetOf(command).identity());
    fingerprint.put("table", "store.orders");
    try (JobStore store = JobStore.file(jobs)) {
      store.create(
          Job.pending(
              id,
              "nightly",
              "",
              Map.of(),
              JobKind.EXPORT,
              new JobDefinition(fingerprint, Map.of(), command)));
      try (JobRun run = JobRuns.of(store).begin(id)) {
        run.failed("The catalog does not answer");
      }
    }
  }

  @Test
  void forgetsAnUnplannedExportIfItsCatalogDoesNotAnswer() {
    assertForgotten("lake.orders_new");
  }

  @Test
  void forgetsAnUnplannedExportIfASecretIsGone() throws IOException {
    Files.delete(token);
    assertForgotten("lake.orders_new", token.toString());
  }

  private void assertForgotten(String... named) {
    CapturedRun run =
        CapturedRun.inProcess("jobs", "clean", id.toString(), "--forget", "--job-store=" + jobs);
    assertThat(run.err()).contains("a table without rows that it may have created is left");
    assertThat(run.err()).contains(named);
    assertThat(run.exitCode()).isZero();
    try (JobStore store = JobStore.file(jobs)) {
      assertThat(store.list()).isEmpty();
    }
  }
}
