package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the creation of jobs from commands. */
class JobMakerTest {

  @Test
  void storesCommandInJob() {
    Job job =
        ProcessLauncher.JobMaker.make(List.of("export", "ks.t", "--format", "csv", "--path=out"));
    assertThat(job.status()).isEqualTo(JobStatus.PENDING);
    assertThat(job.kind()).isEqualTo(JobKind.EXPORT);
    assertThat(job.name()).isEqualTo("export ks.t");
    assertThat(job.definition().isDraft()).isTrue();
    assertThat(job.definition().command())
        .containsExactly(
            "export", "--format=csv", "--path=" + Path.of("out").toAbsolutePath(), "ks.t");
  }

  @ParameterizedTest
  @CsvSource({
    "count ks.t, must start with 'export' or 'import'",
    "jobs list, must start with 'export' or 'import'",
    "export, Missing required",
    "export ks, KEYSPACE.TABLE",
    "export ks.t --format=csv --path=out --nonsense, nonsense",
    "export ks.t --fromat=csv --path=out, did you mean '--format'",
    "export ks.t --format=iceberg --path=out --table-property=a.token=hunter2, looks like a secret",
    "export ks.t --help, --help",
    "export ks.t --format=csv --path=out --job-id=01234567-89ab-cdef-0123-456789abcdef, --job-id",
    "export ks.t --format=csv --path=out --job-store=none, --job-store",
    "export ks.t --format=csv --path=out --json, --json",
    "export ks.t --config /etc/passwd, from a file",
    "export ks.t --config=/etc/passwd, from a file",
    "export @/etc/passwd, from a file",
    "export ks.t --format=csv --path=s3://b/f --storage-property=s3.x=@/etc/passwd, may name any",
    "export ks.t --format=iceberg --catalog-property=uri=${env:PATH}x, may name any server or file",
    "import ks.t --format=csv --path=in --replay-in-doubt, --replay-in-doubt"
  })
  void rejectsArgumentsThatJobCannotStore(String command, String words) {
    assertThatThrownBy(() -> ProcessLauncher.JobMaker.make(List.of(command.split(" "))))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(words)
        .hasMessageNotContaining("root:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--window=nonsense",
        "--max-cpu=abc",
        "--max-cpu=-1",
        "--parallelism=-5",
        "--rate=0",
        "--tasks=0",
        "--max-attempts=0",
        "--max-in-flight-per-node=-1",
        "--path=/x\u0000",
        "--path=/x\ud800"
      })
  void rejectsValuesOutOfBounds(String option) {
    for (String kind : List.of("export", "import")) {
      List<String> command = new ArrayList<>(List.of(kind, "ks.t", "--format=csv", option));
      if (!option.startsWith("--path")) {
        command.add("--path=out");
      }
      assertThatThrownBy(() -> ProcessLauncher.JobMaker.make(command))
          .as(kind)
          .isInstanceOf(InvalidSettingException.class);
    }
  }

  @Test
  void changesWhatBegunJobMayChange(@TempDir Path folder) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("c.toml"),
            """
            [catalog.prod]
            type = "rest"
            uri = "http://127.0.0.1:1"
            """);
    try (JobStore store = JobStore.inMemory();
        ProcessLauncher launcher =
            new ProcessLauncher(
                store,
                new ProcessLauncher.JobProcesses(JobStoreLocation.of("none", Map.of()), folder),
                ImportFolders.of(List.of()))) {
      for (List<String> command :
          List.of(
              List.of("count", "--rate=5", "ks.t"),
              List.of(
                  "export",
                  "--config=" + config,
                  "--format=iceberg",
                  "--catalog=prod",
                  "--rate=5",
                  "ks.t"))) {
        Job begun =
            Job.pending(
                UUID.randomUUID(),
                "begun",
                "",
                Map.of(),
                JobKind.valueOf(command.get(0).toUpperCase(Locale.ROOT)),
                new JobDefinition(Map.of("table", "ks.t"), Map.of(), command));
        List<String> expected = new ArrayList<>(command);
        expected.set(expected.indexOf("--rate=5"), "--rate=10");
        assertThat(launcher.command(begun, List.of("--rate=10")))
            .containsExactlyInAnyOrderElementsOf(expected);
        for (String option : List.of("--contact-point=other", "--where=a > 1", "--config=/x")) {
          assertThatThrownBy(() -> launcher.command(begun, List.of(option)))
              .isInstanceOf(InvalidSettingException.class)
              .hasMessageContaining("cannot change after the job has begun");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--path=-", "--path=in --max-records=3", "--path=in --dry-run"})
  void rejectsImportsThatAreNoJobs(String options) {
    List<String> command = new ArrayList<>(List.of("import", "ks.t", "--format=csv"));
    command.addAll(List.of(options.split(" ")));
    assertThatThrownBy(() -> ProcessLauncher.JobMaker.make(command))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("A job cannot be a");
  }

  @Test
  void readsNoListOfPaths() {
    assertThatThrownBy(
            () ->
                ProcessLauncher.JobMaker.make(
                    List.of("import", "ks.t", "--format=csv", "--paths=/etc/passwd")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("reads arguments from a file")
        .hasMessageNotContaining("root");
  }

  @Test
  void rejectsPatternOfTables() {
    assertThatThrownBy(
            () ->
                ProcessLauncher.JobMaker.make(
                    List.of("export", "ks.*", "--format=csv", "--path=out")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("A job takes one table, and ks.* is a pattern");
  }

  @Test
  void rejectsPageSizeAndDiskLimitOutOfBounds() {
    for (String option : List.of("--page-size=0", "--max-disk=0", "--max-rows=-1")) {
      assertThatThrownBy(
              () ->
                  ProcessLauncher.JobMaker.make(
                      List.of("export", "ks.t", "--format=csv", "--path=out", option)))
          .as(option)
          .isInstanceOf(InvalidSettingException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "parquet", "iceberg"})
  void createsJobsOfAllFormats(String format) {
    for (String kind : List.of("export", "import")) {
      Job job =
          ProcessLauncher.JobMaker.make(
              List.of(
                  kind,
                  "ks.t",
                  "--format=" + format,
                  "--path=/nothing/there/yet",
                  "--window=22:00-05:00",
                  "--max-cpu=50%",
                  "--rate=10"));
      assertThat(job.status()).as(kind).isEqualTo(JobStatus.PENDING);
    }
  }

  @Test
  void createsImportOfGlob() {
    Job job =
        ProcessLauncher.JobMaker.make(List.of("import", "ks.t", "--format=csv", "--path=in/*.csv"));
    assertThat(job.kind()).isEqualTo(JobKind.IMPORT);
  }
}
