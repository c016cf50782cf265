package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TableComparison;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code ringhaul jobs} on partly completed jobs. */
@ClusterTest
class JobsCommandIT {

  private static final int ROWS = 2_000;
  private static final int TASKS = 24;

  private static String keyspace = "";

  @TempDir private Path folder;

  private final UUID id = UUID.randomUUID();
  private Path jobs;
  private Path out;

  @BeforeAll
  static void fill() {
    keyspace = ValuesTable.create("copy", ROWS, row -> "value " + row);
  }

  @BeforeEach
  void name() {
    jobs = folder.resolve("jobs.db");
    out = folder.resolve("out");
    TestCluster.session().execute("TRUNCATE " + keyspace + ".copy");
  }

  @Test
  void showsAndResumesStoppedJob() throws InterruptedException {
    stoppedExport();
    Job stopped = stored();
    int done = stopped.figures().done();

    String list = jobs("list").out();
    assertThat(list.lines())
        .hasSize(2)
        .first()
        .asString()
        .matches("ID +NAME +TABLE +STATUS +DONE +ROWS +ROWS/S +STARTED +TOOK +RESULT");
    assertThat(list)
        .containsPattern(
            String.format(
                "\n%s  nightly  %s\\.t  stopped +%d %% +[\\d,]+ +- +%s \\d\\d:\\d\\d +\\d+ s"
                    + " +csv in %s\n",
                id.toString().substring(0, 8),
                keyspace,
                100 * done / stopped.figures().partitions(),
                LocalDate.ofInstant(stopped.created(), ZoneId.systemDefault()),
                out));
    assertThat(jobs("list", "--status=completed,failed").out()).startsWith("No jobs in ");
    JsonNode listed = jobs("list", "--json", "--status=STOPPED", "--limit=1").json();
    assertThat(listed).hasSize(1);
    assertThat(listed.get(0).path("jobId").asText()).isEqualTo(id.toString());
    assertThat(listed.get(0).path("done").asInt()).isEqualTo(done);

    assertThat(jobs("show", id.toString().substring(0, 4)).out())
        .containsPattern("(?m)^id +" + id + "$")
        .containsPattern("(?m)^label +team=a$")
        .containsPattern("(?m)^table +" + keyspace + ".t$")
        .containsPattern("(?m)^target +csv in " + out + "$")
        .containsPattern("(?m)^status +stopped$")
        .containsPattern(
            "(?m)^tasks +" + stopped.figures().partitions() + ": .*\\b" + done + " done")
        .containsPattern("(?m)^started +[\\d-]+ [\\d:]+ \\S+$")
        .containsPattern("(?m)^next +ringhaul jobs resume " + id + " --job-store ")
        .containsPattern("(?m)^fixed +table=" + keyspace + ".t$")
        .containsPattern(
            "(?m)^command +ringhaul export " + keyspace + ".t --format=csv --path=" + out);
    JsonNode shown = jobs("show", id.toString(), "--json").json();
    assertThat(shown.path("labels").path("team").asText()).isEqualTo("a");
    assertThat(shown.path("keyspace").asText() + "." + shown.path("table").asText())
        .isEqualTo(keyspace + ".t");
    assertThat(shown.path("location").asText()).isEqualTo(out.toString());
    assertThat(shown.path("partitionList")).hasSize(stopped.figures().partitions());
    assertThat(shown.path("partitionList").get(0).path("tokenRanges")).isNotEmpty();

    assertThat(jobs("stop", id.toString()).out())
        .isEqualTo(
            String.format(
                "job %s: stopped%n  Resume: ringhaul jobs resume %s --job-store %s%n",
                id, id, jobs));

    JsonNode resumed =
        jobs("resume", id.toString(), "--page-size", "500", "--tasks=5", "--json").json();
    assertThat(resumed.path("jobId").asText()).isEqualTo(id.toString());
    assertThat(resumed.path("rows").asInt()).isEqualTo(ROWS);
    assertThat(resumed.path("earlierRows").asLong()).isEqualTo(stopped.figures().rows());
    assertThat(resumed.path("tasks").asInt()).isEqualTo(stored().figures().partitions());
    assertThat(stored().status()).isEqualTo(JobStatus.COMPLETED);
    assertImportedEqual();

    assertThat(jobs("resume", id.toString(), "--json").json().path("files").asInt())
        .as("a completed job prints its result again")
        .isEqualTo(resumed.path("files").asInt());
    assertSentence(run("restart", id.toString()), 1, "its export is committed");
    assertSentence(run("retry", id.toString(), "--partition=0"), 1, "is completed");
    assertThat(jobs("clean", id.toString(), "--forget").out()).endsWith(", forgotten\n");
    assertThat(jobs("list").out()).startsWith("No jobs in ");
    assertImportedEqual();
  }

  @Test
  void retriesOnePartition() throws InterruptedException {
    stoppedExport();
    JobPartition done =
        partitions().stream()
            .filter(each -> each.status() == PartitionStatus.DONE && each.rows() > 0)
            .findFirst()
            .orElseThrow();
    assertSentence(run("retry", id.toString(), "--partition=999"), 1, "999");
    long kept = stored().figures().rows() - done.rows();
    JsonNode retried =
        jobs("retry", id.toString(), "--partition=" + done.number(), "--page-size=500", "--json")
            .json();
    assertThat(retried.path("rows").asInt()).isEqualTo(ROWS);
    assertThat(retried.path("earlierRows").asLong()).isEqualTo(kept);
    assertImportedEqual();
  }

  @Test
  void cleanKeepsCompletedTasksAndForgetRemovesThem() throws Exception {
    stoppedExport();
    Path staging = staging();
    Path stray = Files.writeString(staging.resolve("part-99999-000-stray.csv"), "lost");
    List<Path> kept = files(staging);
    kept.remove(stray);

    JsonNode cleaned = jobs("clean", "--all-ended", "--json").json();
    assertThat(cleaned).hasSize(1);
    assertThat(cleaned.get(0).path("jobId").asText()).isEqualTo(id.toString());
    assertThat(cleaned.get(0).path("filesRemoved").asInt()).isEqualTo(1);
    assertThat(stray).doesNotExist();
    assertThat(files(staging)).containsExactlyInAnyOrderElementsOf(kept);
    assertThat(stored().status()).isEqualTo(JobStatus.STOPPED);

    assertThat(jobs("clean", "--older-than=1d").out()).isEmpty();
    Thread.sleep(1_100);
    assertThat(jobs("clean", "--older-than=1s", "--forget").out())
        .startsWith(id + " nightly: ")
        .endsWith(" files removed, forgotten\n");
    assertThat(staging).doesNotExist();
    assertThat(jobs("list").out()).startsWith("No jobs in ");
  }

  @Test
  void restartsJob() throws InterruptedException {
    stoppedExport();
    JsonNode restarted = jobs("restart", id.toString(), "--page-size=500", "--json").json();
    assertThat(restarted.path("rows").asInt()).isEqualTo(ROWS);
    assertThat(restarted.path("earlierRows").asInt()).isZero();
    Job job = stored();
    assertThat(job.name()).isEqualTo("nightly");
    assertThat(job.labels()).isEqualTo(Map.of("team", "a"));
    assertThat(job.status()).isEqualTo(JobStatus.COMPLETED);
    assertImportedEqual();
  }

  @Test
  void restartKeepsTheJobWhereTheClusterCannotBeReached() throws InterruptedException {
    stoppedExport();
    assertThat(run("restart", id.toString(), "--contact-point=127.0.0.1:1").exitCode()).isOne();
    Job kept = stored();
    assertThat(kept.status()).isEqualTo(JobStatus.PENDING);
    assertThat(kept.name()).isEqualTo("nightly");
    assertThat(kept.labels()).isEqualTo(Map.of("team", "a"));
    JsonNode restarted = jobs("restart", id.toString(), "--json").json();
    assertThat(restarted.path("rows").asInt()).isEqualTo(ROWS);
    assertImportedEqual();
  }

  @Test
  void typingErrorResetsNothing() throws InterruptedException {
    stoppedExport();
    List<JobPartition> before = partitions();
    assertSentence(run("restart", id.toString(), "--page-seize=500"), 2, "--page-seize");
    assertSentence(run("restart", id.toString(), "--page-size=many"), 2, "many");
    assertSentence(run("restart", id.toString(), "--page-size=-5"), 2, "--page-size is -5");
    int done =
        before.stream()
            .filter(each -> each.status() == PartitionStatus.DONE)
            .findFirst()
            .orElseThrow()
            .number();
    assertSentence(run("retry", id.toString(), "--partition=" + done, "--nonsense"), 2, "nonsense");
    assertThat(partitions()).isEqualTo(before);
  }

  @Test
  void explicitJobRequiresWorkingStore() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    Path broken = Files.createDirectory(home.resolve(".ringhaul")).resolve("jobs.db");
    Files.writeString(broken, "not a database".repeat(99));
    Path program = CommandProcess.installIn(Files.createDirectory(folder.resolve("bin")), home);
    assertSentence(
        CommandProcess.start(program, exportOf("--job-id=" + id, "--resume")).ended(),
        1,
        broken.toString());
    assertSentence(
        CommandProcess.start(program, exportOf("--job-id=" + id)).ended(), 1, broken.toString());
    assertThat(out).doesNotExist();
    CapturedRun unnamed = CommandProcess.start(program, exportOf()).ended();
    assertThat(unnamed.exitCode()).as(unnamed.err()).isZero();
    assertThat(unnamed.err()).contains("this job is kept in memory only");
  }

  @Test
  void protectsJobOfLivingProcess() {
    try (JobStore store = JobStore.file(jobs)) {
      store.create(
          Job.pending(
              id,
              "busy",
              "",
              Map.of(),
              JobKind.EXPORT,
              new JobDefinition(
                  Map.of(), Map.of(), List.of("export", "--format=csv", "--path=" + out, "a.b"))));
      try (JobRun run = JobRuns.of(store).begin(id)) {
        run.plan(
            "{\"target\":{\"formatVersion\":1,\"format\":\"csv\",\"location\":\"x\",\"properties\":{}}}",
            List.of());
        assertThat(jobs("list").out()).containsPattern("  busy +a\\.b +running +- ");
        assertSentence(run("clean", id.toString()), 1, id.toString());
        assertThat(jobs("clean", "--all-ended").out()).isEmpty();
        assertSentence(run("clean", id.toString(), "--forget"), 1, id.toString());
        assertSentence(run("restart", id.toString()), 1, id.toString());
        assertSentence(run("stop", id.toString(), "--wait=1"), 1, "has not stopped within 1 s");
        assertThat(run.beat()).as("stop was requested").isTrue();
        run.stopped();
      }
      assertThat(jobs("stop", id.toString(), "--wait=1").out()).contains(": stopped");
    }
  }

  @Test
  void rejectsJobsOfApplicationCode() {
    try (JobStore store = JobStore.file(jobs)) {
      store.create(
          Job.pending(
              id,
              "code",
              "",
              Map.of(),
              JobKind.EXPORT,
              new JobDefinition(Map.of(), Map.of(), List.of())));
    }
    assertSentence(run("resume", id.toString()), 1, "was created by application code");
    assertThat(jobs("clean", id.toString(), "--forget").out()).contains("forgotten");
  }

  @Test
  void reportsInvalidUsageInOneSentence() throws IOException {
    assertSentence(run("show", "abcd"), 2, "This store has no job abcd");
    assertSentence(run("resume", "abcd", "more"), 2, "This store has no job abcd");
    assertSentence(run("resume", "--tasks=3", "abcd"), 2, "no job named '--tasks=3'");
    assertSentence(run("clean"), 2, "Give one job");
    assertSentence(run("clean", "abcd", "--all-ended"), 2, "Give one job");
    assertSentence(run("clean", "--older-than=soon"), 2, "'soon' is not a duration");
    assertSentence(run("list", "--limit=0"), 2, "--limit is 0");
    assertSentence(run("list", "--status=lost"), 2, "lost");
    assertSentence(
        CapturedRun.inProcess("jobs"), 2, "list, show, stop, resume, retry, restart or clean");
    assertSentence(
        CapturedRun.inProcess("jobs", "list", "--job-store=none"), 2, "--job-store is none");
    assertSentence(export("--resume"), 2, "--resume requires --job or --job-id");
    assertSentence(
        export("--resume", "--job-id=" + id, "--job-store=none"), 2, "--job-store is none");
    assertSentence(export("--job-id=1-1-1-1-1"), 2, "'1-1-1-1-1' is not a UUID");
    Path noStore = Files.writeString(folder.resolve("no-store.db"), "not a database".repeat(99));
    assertSentence(
        CapturedRun.inProcess("jobs", "list", "--job-store=" + noStore), 1, noStore.toString());
    CapturedRun refused = export("--job-store=" + noStore, "--json");
    assertSentence(refused, 1, noStore.toString());
    assertThat(refused.json().path("error").asText()).contains(noStore.toString());
    assertThat(noStore).hasContent("not a database".repeat(99));
  }

  @Test
  void resumesNewestJobOfNameOrStartsOne() {
    String[] nightly = {"--job=nightly", "--job-store=" + jobs, "--resume", "--json"};
    CapturedRun first = export(nightly);
    assertThat(first.exitCode()).as(first.err()).isZero();
    CapturedRun shown = run("show", "nightly", "--json");
    assertThat(shown.json().path("jobId")).isEqualTo(first.json().path("jobId"));
    CapturedRun failed = export("--job=nightly", "--job-store=" + jobs, "--json");
    assertSentence(failed, 1, "");
    CapturedRun resumed = export(Stream.of(nightly).toArray(String[]::new));
    assertThat(resumed.json().path("jobId")).isEqualTo(failed.json().path("jobId"));
  }

  @Test
  void rejectsUsedIdWithoutResume() {
    CapturedRun first =
        export(
            "--job-id=" + id, "--job-store=" + jobs, "--job-description=for the audit", "--json");
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.json().path("jobId").asText()).isEqualTo(id.toString());
    assertThat(first.err()).contains("export " + keyspace + ".t: job " + id);
    assertThat(stored().description()).isEqualTo("for the audit");
    assertSentence(
        export("--job-id=" + id, "--job-store=" + jobs), 1, "Job " + id + " (export " + keyspace);
    CapturedRun again = export("--job-id=" + id, "--job-store=" + jobs, "--resume", "--json");
    assertThat(again.json().path("rows").asInt()).isEqualTo(ROWS);
    CapturedRun without = export("--job-store=none", "--mode=overwrite", "--json");
    assertThat(without.exitCode()).as(without.err()).isZero();
    assertThat(without.err()).doesNotContain("job");
    assertThat(without.json().path("jobId").asText()).hasSize(36);
  }

  /** Creates a stopped, partly completed export, as the command line stores it. */
  private void stoppedExport() {
    List<String> command =
        List.of(
            "export",
            keyspace + ".t",
            "--format=csv",
            "--path=" + out,
            "--page-size=20",
            "--parallelism=1",
            "--tasks=" + TASKS,
            "--contact-point=" + TestCluster.contactPoint());
    try (JobStore store = JobStore.file(jobs);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      assertThatThrownBy(
              () ->
                  operator
                      .export(keyspace, "t")
                      .to(CsvTarget.folder(out))
                      .job(
                          JobOptions.in(store)
                              .named("nightly")
                              .labelled("team", "a")
                              .madeBy(command))
                      .jobId(id)
                      // Slow enough to receive the stop in the middle.
                      .maxRowsPerSecond(500)
                      .pageSize(20)
                      .parallelism(1)
                      .taskCount(TASKS)
                      .onProgress(
                          progress -> {
                            if (progress.rows() > 0) {
                              store.requestStop(id);
                            }
                          })
                      .execute())
          .isInstanceOf(JobStoppedException.class);
    }
    assertThat(stored().figures().done()).isPositive();
    assertThat(out).doesNotExist();
  }

  private CapturedRun export(String... more) {
    return CapturedRun.inProcess(exportOf(more));
  }

  private String[] exportOf(String... more) {
    return Stream.concat(
            Stream.of(
                "export",
                keyspace + ".t",
                "--format=csv",
                "--path=" + out,
                "--contact-point=" + TestCluster.contactPoint()),
            Stream.of(more))
        .toArray(String[]::new);
  }

  /** Runs a command on jobs and checks its success. */
  private CapturedRun jobs(String... arguments) {
    CapturedRun run = run(arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run;
  }

  private CapturedRun run(String... arguments) {
    List<String> all = new ArrayList<>();
    all.add("jobs");
    all.addAll(List.of(arguments));
    all.add("--job-store=" + jobs);
    return CapturedRun.inProcess(all.toArray(String[]::new));
  }

  private Job stored() {
    try (JobStore store = JobStore.file(jobs)) {
      return store.find(id).orElseThrow();
    }
  }

  private List<JobPartition> partitions() {
    try (JobStore store = JobStore.file(jobs)) {
      return store.partitions(id);
    }
  }

  private Path staging() throws IOException {
    try (Stream<Path> beside = Files.list(folder)) {
      return beside
          .filter(path -> path.getFileName().toString().contains(id.toString()))
          .findFirst()
          .orElseThrow();
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(files.toList());
    }
  }

  private void assertImportedEqual() throws InterruptedException {
    CapturedRun imported =
        CapturedRun.inProcess(
            "import",
            keyspace + ".copy",
            "--format=csv",
            "--path=" + out,
            "--contact-point=" + TestCluster.contactPoint(),
            "--job-store=none");
    assertThat(imported.exitCode()).as(imported.err()).isZero();
    TableComparison.Outcome outcome =
        new TableComparison(TestCluster.session()).compare(keyspace, "t", "copy");
    assertThat(outcome.difference()).isEmpty();
    assertThat(outcome.rows()).isEqualTo(ROWS);
  }

  /** Checks that a failure is a sentence on standard error, without a stack trace. */
  private static void assertSentence(CapturedRun run, int exitCode, String part) {
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    assertThat(run.err()).contains(part);
    assertThat(run.err() + run.out())
        .doesNotContain("at io.ringhaul")
        .doesNotContain("unexpected ")
        .doesNotContain("Exception");
  }
}
