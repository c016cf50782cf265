package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the limit options. */
@ClusterTest
class LimitOptionsIT {

  private static final int ROWS = 300;

  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void fill() {
    keyspace = ValuesTable.create("copy", ROWS, row -> "value " + row);
  }

  @Test
  void storesLimitsAndAllowsChanges() {
    UUID id = UUID.randomUUID();
    Path jobs = folder.resolve("jobs.db");
    CapturedRun full = export(jobs, id, "--max-disk=1k", "--max-cpu=50%", "--priority=high");
    assertThat(full.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(full.err())
        .contains("--max-disk allows 1,024")
        .contains("resume job " + id + " with a larger --max-disk")
        .containsPattern("\n  Resume: ringhaul jobs resume " + id + " .*--max-disk=SIZE\n");
    try (JobStore store = JobStore.file(jobs)) {
      assertThat(store.find(id).orElseThrow().error())
          .hasValueSatisfying(error -> assertThat(error).contains("--max-disk allows 1,024"));
    }
    CapturedRun done = export(jobs, id, "--resume", "--max-disk=1g", "--window=00:00-24:00 UTC");
    assertThat(done.exitCode()).as(done.err()).isEqualTo(ExitCode.DONE);
    assertThat(done.json().path("rows").asInt()).isEqualTo(ROWS);
    try (JobStore store = JobStore.file(jobs)) {
      assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.COMPLETED);
      assertThat(store.find(id).orElseThrow().definition().settings())
          .as("the settings of the last run")
          .containsEntry("maxDiskBytes", Long.toString(1L << 30))
          .containsKey("window")
          .doesNotContainKeys("maxCpuShare", "priority");
    }
  }

  @Test
  void reportsPause() {
    ZonedDateTime opens =
        ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(6).truncatedTo(ChronoUnit.SECONDS);
    DateTimeFormatter seconds = DateTimeFormatter.ofPattern("HH:mm:ss");
    String window = seconds.format(opens) + "-" + seconds.format(opens.minusMinutes(1)) + " UTC";
    CapturedRun run =
        CapturedRun.inProcess(
            "count",
            keyspace + ".t",
            "--contact-point=" + TestCluster.contactPoint(),
            "--window",
            window);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    assertThat(run.out()).contains(Integer.toString(ROWS));
    assertThat(run.err())
        .contains(
            "count "
                + keyspace
                + ".t is paused until "
                + JobFacts.moment(opens.toInstant())
                + ": The current time is outside of the run window "
                + window)
        .contains("count " + keyspace + ".t resumes");
  }

  @ParameterizedTest
  @CsvSource({
    "--max-cpu=half, --max-cpu is half; it must be a share such as 50% or 0.5",
    "--max-cpu=0, '--max-cpu is 0.0; it takes more than 0 and at most 1'",
    "--max-cpu=101%, '--max-cpu is 1.01; it takes more than 0 and at most 1'",
    "--window=22-05, '\"22-05\" is not a run window'",
    "--priority=urgent, urgent",
    "--max-disk=much, 'much'' is not a size in bytes'",
    "--max-disk=0, --max-disk is 0; it takes at least 1"
  })
  void reportsInvalidLimitInOneSentence(String option, String sentence) {
    CapturedRun run = export(folder.resolve("jobs.db"), UUID.randomUUID(), option);
    assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(run.err()).contains(sentence);
  }

  private CapturedRun export(Path jobs, UUID id, String... more) {
    String[] arguments = {
      "export",
      keyspace + ".t",
      "--format=csv",
      "--path=" + folder.resolve("out"),
      "--contact-point=" + TestCluster.contactPoint(),
      "--job-store=" + jobs,
      "--job-id=" + id,
      "--json"
    };
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return CapturedRun.inProcess(all);
  }
}
