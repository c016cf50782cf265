package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
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
import java.util.List;
import java.util.Map;
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

  private static final int ROWS = 60_000;

  /** The export must run until the script stops it, even if the script is slow. */
  private static final int RATE = 125;

  private static final int MINUTES = 5;
  private static final int MANY_PARTITIONS = 10_000;

  @TempDir private Path folder;

  @Test
  void pageShowsAndControlsExport() throws Exception {
    install();
    String keyspace = ValuesTable.create("copy", ROWS, row -> "value " + row);
    Path jobs = folder.resolve("jobs.db");
    UUID large = largeJob(jobs);
    try (ConsoleProcess console = ConsoleProcess.start(folder, jobs)) {
      String id = console.begin("shown", slowExport(keyspace));
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
              "SHOTS",
              WORK.resolve("shots").toString()),
          "node",
          "--test",
          "console.test.mjs");
      console.await(id, job -> job.path("status").asText().equals("STOPPED"));
    }
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

  private List<String> slowExport(String keyspace) {
    return List.of(
        "export",
        keyspace + ".t",
        "--format=csv",
        "--path=" + folder.resolve("out"),
        "--page-size=50",
        "--rate=" + RATE,
        "--tasks=400",
        "--contact-point=" + TestCluster.contactPoint());
  }
}
