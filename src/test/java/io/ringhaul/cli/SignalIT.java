package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TableComparison;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.it.Warehouse;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests real signals to real processes: the job stops, and the printed command resumes it. */
@ClusterTest
class SignalIT {

  private static final int ROWS = 2_000;
  private static final int IMPORTED = 24_000;
  private static final Pattern JOB = Pattern.compile(": job ([0-9a-f-]{36})\n");
  private static final Pattern RESUME = Pattern.compile("\n  Resume: (.*)\n");

  private static String keyspace = "";

  @TempDir private Path folder;

  private Path program;

  @BeforeAll
  static void fill() {
    keyspace = ValuesTable.create("copy", ROWS, row -> "value " + row);
  }

  @BeforeEach
  void install() throws IOException {
    program =
        CommandProcess.installIn(
            Files.createDirectory(folder.resolve("bin")),
            Files.createDirectory(folder.resolve("home")));
    TestCluster.session().execute("TRUNCATE " + keyspace + ".copy");
  }

  @ParameterizedTest
  @CsvSource({"INT, 130, csv, ", "TERM, 143, iceberg, it's jobs.db"})
  void printedCommandResumesExport(String signal, int exitCode, String format, String store)
      throws Exception {
    Path jobs = store == null ? folder.resolve("home/.ringhaul/jobs.db") : folder.resolve(store);
    String[] own = store == null ? new String[0] : new String[] {"--job-store", jobs.toString()};
    Path out = folder.resolve("out");
    CommandProcess process = slowExport(format, out, own);
    Job running = started(jobs);
    process.signal(signal);
    CapturedRun stopped = process.ended();

    assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(exitCode);
    assertThat(stopped.err())
        .contains("export " + keyspace + ".t: job " + running.id())
        .containsPattern(
            " was stopped at [0-9]+ %; kept: [1-9][0-9]* of [0-9]+ tasks, with [0-9,]+ rows")
        .doesNotContain("unexpected")
        .doesNotContain("Exception");
    assertThat(group(JOB, stopped.err())).isEqualTo(running.id().toString());
    Job kept = find(jobs, running.id());
    assertThat(kept.status()).isEqualTo(JobStatus.STOPPED);
    assertThat(kept.figures().done()).isBetween(1, kept.figures().partitions() - 1);
    assertThat(dataFiles()).as("completed tasks are kept").isNotEmpty();

    String line = group(RESUME, stopped.err());
    assertThat(line).startsWith("ringhaul jobs resume " + running.id());
    assertThat(line.contains("--job-store")).isEqualTo(store != null);
    CapturedRun resumed = CommandProcess.shell(program, line).ended();

    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.out())
        .startsWith("export " + keyspace + ".t: " + String.format("%,d", ROWS) + " rows in ")
        .contains(running.id().toString());
    assertThat(find(jobs, running.id()).status()).isEqualTo(JobStatus.COMPLETED);
    assertImportedEqual(format, out);
  }

  @Test
  void printedCommandResumesImport() throws Exception {
    Path jobs = folder.resolve("jobs.db");
    Path source = csvFiles();
    CommandProcess process =
        CommandProcess.start(
            program,
            "import",
            keyspace + ".copy",
            "--format=csv",
            "--path=" + source,
            "--rate=4000",
            "--job-store=" + jobs,
            "--contact-point=" + TestCluster.contactPoint());
    Job running = started(jobs);
    process.signal("INT");
    CapturedRun stopped = process.ended();
    assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(130);
    Job kept = find(jobs, running.id());
    assertThat(kept.status()).isEqualTo(JobStatus.STOPPED);
    assertThat(kept.figures().done()).isBetween(1, kept.figures().partitions() - 1);

    CapturedRun resumed = CommandProcess.shell(program, group(RESUME, stopped.err())).ended();
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.out())
        .startsWith("import " + keyspace + ".copy: 24,000 rows in ")
        .contains(running.id().toString())
        .doesNotContain("rows read");
    assertThat(find(jobs, running.id()).figures().rows()).isEqualTo(IMPORTED);
    Map<Integer, String> rows = new HashMap<>();
    for (Row row : TestCluster.session().execute("SELECT id, v FROM " + keyspace + ".copy")) {
      rows.put(row.getInt(0), row.getString(1));
    }
    assertThat(rows).hasSize(IMPORTED);
    rows.forEach((id, v) -> assertThat(v).isEqualTo("value " + id));
  }

  /** Creates more rows than an import buffers for its batches, in files of one split each. */
  private Path csvFiles() throws IOException {
    Path source = Files.createDirectory(folder.resolve("source"));
    for (int file = 0; file < IMPORTED / 1_000; file++) {
      Files.writeString(
          source.resolve(file + ".csv"),
          IntStream.range(file * 1_000, (file + 1) * 1_000)
              .mapToObj(id -> id + ",value " + id + "\n")
              .collect(Collectors.joining("", "id,v\n", "")));
    }
    return source;
  }

  @Test
  void leavesNothingWithoutStore() throws Exception {
    Path out = folder.resolve("out");
    CommandProcess process = slowExport("csv", out, "--job-store=none");
    awaitDataFiles();
    process.signal("TERM");
    CapturedRun stopped = process.ended();
    assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(143);
    assertThat(stopped.err())
        .contains(" was stopped")
        .containsPattern("\n  So far: [0-9,]+ rows\n")
        .contains("was kept in memory only and cannot be resumed: see --job-store")
        .doesNotContain("Resume:");
    assertThat(dataFiles()).isEmpty();
    assertThat(out).doesNotExist();
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("bin", "home", ".out.ringhaul-lock");
    }
  }

  @Test
  void secondSignalEndsProcessImmediately() throws Exception {
    CommandProcess process = CommandProcess.java(folder, SlowToStop.class);
    awaitOutput(process, "listening");
    process.signal("INT");
    awaitOutput(process, "asked to stop");
    assertThat(process.isAlive()).isTrue();
    process.signal("INT");
    assertThat(process.ended().exitCode()).isEqualTo(130);
  }

  private CommandProcess slowExport(String format, Path out, String... more) throws IOException {
    return CommandProcess.start(
        program,
        Stream.concat(
                Stream.of(
                    "export",
                    keyspace + ".t",
                    "--format=" + format,
                    "--path=" + out,
                    "--page-size=20",
                    "--parallelism=1",
                    "--rate=400",
                    "--tasks=24",
                    "--contact-point=" + TestCluster.contactPoint()),
                Stream.of(more))
            .toArray(String[]::new));
  }

  /** Waits until a job has some progress; most of its work is then left. */
  private static Job started(Path jobs) throws InterruptedException {
    Instant end = Instant.now().plus(Duration.ofSeconds(60));
    while (Instant.now().isBefore(end)) {
      if (Files.exists(jobs)) {
        try (JobStore store = JobStore.file(jobs)) {
          Optional<Job> begun =
              store.list().stream().filter(job -> job.figures().done() > 0).findFirst();
          if (begun.isPresent()) {
            return begun.get();
          }
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("No job has begun in " + jobs);
  }

  private static Job find(Path jobs, UUID id) {
    try (JobStore store = JobStore.file(jobs)) {
      return store.find(id).orElseThrow();
    }
  }

  private void awaitDataFiles() throws IOException, InterruptedException {
    Instant end = Instant.now().plus(Duration.ofSeconds(60));
    while (dataFiles().isEmpty()) {
      assertThat(Instant.now()).as("There is no file").isBefore(end);
      Thread.sleep(50);
    }
  }

  private static void awaitOutput(CommandProcess process, String text) throws Exception {
    Instant end = Instant.now().plus(Duration.ofSeconds(60));
    while (!process.out().contains(text)) {
      assertThat(Instant.now()).as("No " + text).isBefore(end);
      Thread.sleep(20);
    }
  }

  /** All data files in the tree, including hidden files and files with other names. */
  private List<Path> dataFiles() throws IOException {
    return Warehouse.files(folder).stream()
        .filter(file -> file.toString().matches(".*\\.(csv|parquet)(\\..*)?"))
        .toList();
  }

  private void assertImportedEqual(String format, Path out) throws InterruptedException {
    CapturedRun imported =
        CapturedRun.inProcess(
            "import",
            keyspace + ".copy",
            "--format=" + format,
            "--path=" + out,
            "--contact-point=" + TestCluster.contactPoint(),
            "--job-store=none",
            format.equals("iceberg") ? "--iceberg-table=" + keyspace + ".t" : "--tasks=4");
    assertThat(imported.exitCode()).as(imported.err()).isZero();
    TableComparison.Outcome outcome =
        new TableComparison(TestCluster.session()).compare(keyspace, "t", "copy");
    assertThat(outcome.difference()).isEmpty();
    assertThat(outcome.rows()).isEqualTo(ROWS);
  }

  private static String group(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }
}
