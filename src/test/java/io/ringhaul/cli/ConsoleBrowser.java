package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.formats.Disk;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import io.ringhaul.schema.TokenRange;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the page in a real browser while a real export runs. The script is in {@code
 * src/test/browser}; its npm packages are installed below {@code target/browser}.
 */
@ClusterTest
class ConsoleBrowser {

  private static final Path SCRIPT = Path.of("src/test/browser");
  private static final Path WORK = Path.of("target/browser").toAbsolutePath();

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final int ROWS = 60_000;

  /** The export must run until the script stops it, even if the script is slow. */
  private static final int RATE = 60;

  private static final int MINUTES = 15;

  /** Too little for any export, so that the job is about to fail while it runs. */
  private static final int SMALL_DISK_MEGABYTES = 40;

  private static final int MANY_PARTITIONS = 10_000;

  @TempDir private Path folder;

  @Test
  void pageShowsAndControlsExport() throws Exception {
    install();
    String keyspace = ValuesTable.create("copy", ROWS, row -> "value " + row);
    Path jobs = folder.resolve("jobs.db");
    UUID large = largeJob(jobs);
    Path other = Files.createDirectories(folder.resolve("other"));
    Optional<Disk> smallDisk =
        Disk.canBeMounted(folder.resolve("try"))
            ? Optional.of(Disk.mount(folder.resolve("disk"), SMALL_DISK_MEGABYTES))
            : Optional.empty();
    try (ConsoleProcess console = ConsoleProcess.start(folder, jobs, "--import-from=" + folder);
        ConsoleProcess empty = ConsoleProcess.start(other, other.resolve("jobs.db"))) {
      try {
        test(console, empty, keyspace, large, smallDisk.map(Disk::folder));
      } finally {
        stopAll(console);
      }
    } finally {
      smallDisk.ifPresent(Disk::close);
    }
  }

  private void test(
      ConsoleProcess console,
      ConsoleProcess empty,
      String keyspace,
      UUID large,
      Optional<Path> smallDisk)
      throws Exception {
    Map<String, String> states = jobsInOtherStates(console, keyspace, smallDisk);
    String id = console.begin("shown", slowExport(keyspace, "out"));
    console.await(id, job -> job.at("/figures/done").asInt() > 0);
    URI uri = console.uri();
    run(
        Map.of(
            "CONSOLE_URL",
            uri.resolve("/").toString(),
            "TOKEN",
            console.client().token(),
            "JOB",
            id,
            "LARGE",
            large.toString(),
            "STATES",
            JSON.writeValueAsString(states),
            "NODE",
            TestCluster.contactPoint(),
            "NODES",
            Integer.toString(TestCluster.get().nodes()),
            "TROUBLED",
            JSON.writeValueAsString(
                // Two late requests at a time are fewer rows than the limit allows.
                Stream.concat(
                        slowExport(keyspace, "troubled").stream(), Stream.of("--parallelism=2"))
                    .filter(word -> !word.startsWith("--contact-point="))
                    .toList()),
            "EMPTY",
            empty.uri().resolve("/").toString(),
            "SHOTS",
            WORK.resolve("shots").toString()),
        "node",
        "--test",
        "console.test.mjs");
    console.await(id, job -> job.path("status").asText().equals("STOPPED"));
  }

  /** Stops the jobs that still run: their processes outlive the console. */
  private static void stopAll(ConsoleProcess console) throws InterruptedException {
    JsonNode running =
        console.client().get("/api/batch-jobs?status=RUNNING&limit=100").body().path("items");
    for (JsonNode job : running) {
      String id = job.path("id").asText();
      // One whose process is gone cannot be stopped.
      if (job.path("alive").asBoolean()) {
        console.client().call("POST", "/api/batch-jobs/" + id + "/stop", "");
        console.await(id, stopped -> !stopped.path("alive").asBoolean());
      }
    }
  }

  @Test
  void modelReadsAnswersOfApi() throws Exception {
    install();
    run(
        Map.of(
            "ASSETS",
            Path.of("src/main/resources/io/ringhaul/console/assets").toAbsolutePath().toString()),
        "node",
        "--test",
        "model.test.mjs");
  }

  /** Makes jobs that are not running well; returns their ids by state. */
  private Map<String, String> jobsInOtherStates(
      ConsoleProcess console, String keyspace, Optional<Path> smallDisk) throws Exception {
    Map<String, String> states = new HashMap<>();
    if (smallDisk.isPresent()) {
      String target = smallDisk.get().resolve("out").toString();
      states.put("failing", console.begin("short of space", slowExport(keyspace, target)));
    }
    String completed = console.begin("nightly", export(keyspace + ".t", "done"));
    console.await(completed, job -> job.path("status").asText().equals("COMPLETED"));
    String imported =
        console.begin(
            "load",
            List.of(
                "import",
                keyspace + ".t",
                "--format=csv",
                "--path=" + folder.resolve("done"),
                "--contact-point=" + TestCluster.contactPoint()));
    String failed = console.begin("missing", export(keyspace + ".missing", "failed"));
    String full = console.begin("full", export(keyspace + ".t", "full", "--max-disk=100KB"));
    LocalTime opening = LocalTime.now(ZoneOffset.UTC).plusHours(12).truncatedTo(ChronoUnit.HOURS);
    String paused =
        console.begin(
            "at night",
            export(
                keyspace + ".t",
                "paused",
                "--window=" + opening + "-" + opening.plusHours(1) + " UTC"));
    String interrupted = console.begin("killed", slowExport(keyspace, "killed"));
    JsonNode running = console.await(interrupted, job -> job.at("/figures/partitions").asInt() > 0);
    ProcessHandle.of(running.at("/owner/pid").asLong()).orElseThrow().destroyForcibly();
    console.await(imported, job -> job.path("status").asText().equals("COMPLETED"));
    console.await(failed, job -> job.path("status").asText().equals("FAILED"));
    console.await(full, job -> job.path("status").asText().equals("FAILED"));
    console.await(paused, job -> job.at("/live/health/state").asText().equals("paused"));
    console.await(interrupted, job -> !job.path("alive").asBoolean());
    states.put("completed", completed);
    states.put("failed", failed);
    states.put("full", full);
    states.put("imported", imported);
    states.put("interrupted", interrupted);
    states.put("paused", paused);
    return states;
  }

  /** Creates a job of application code with many partitions, one of them failed. */
  private static UUID largeJob(Path file) {
    Job job =
        Job.pending(
            UUID.randomUUID(),
            "large",
            "",
            Map.of(),
            JobKind.EXPORT,
            new JobDefinition(Map.of("table", "ks.t"), Map.of(), List.of()));
    try (JobStore store = JobStore.file(file)) {
      store.create(job);
      try (JobRun run = JobRuns.of(store).begin(job.id())) {
        List<TokenRange> ranges = TokenRange.wholeRing().split(MANY_PARTITIONS);
        run.plan(
            "{}",
            IntStream.range(0, MANY_PARTITIONS)
                .mapToObj(i -> JobPartition.ofTokens(i, List.of(ranges.get(i))))
                .toList());
        run.begun(7);
        run.failed(7, "the node is unreachable");
        run.stopped();
      }
    }
    return job.id();
  }

  private static void install() throws IOException, InterruptedException {
    Files.createDirectories(WORK);
    try (Stream<Path> files = Files.list(SCRIPT)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, WORK.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    run(Map.of(), "npm", "ci", "--no-audit", "--no-fund");
  }

  private static void run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile(WORK, command[0], ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(WORK.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      boolean hasEnded = process.waitFor(MINUTES, TimeUnit.MINUTES);
      String output = Files.readString(log);
      assertThat(hasEnded).as(output).isTrue();
      assertThat(process.exitValue()).as(output).isZero();
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }

  private List<String> slowExport(String keyspace, String target) {
    return export(keyspace + ".t", target, "--page-size=20", "--rate=" + RATE, "--tasks=2000");
  }

  private List<String> export(String table, String target, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "export",
                table,
                "--format=csv",
                "--path=" + folder.resolve(target),
                "--contact-point=" + TestCluster.contactPoint()));
    command.addAll(List.of(options));
    return command;
  }
}
