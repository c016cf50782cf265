package io.ringhaul.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that values too large for a small heap lead to a sentence, and that the job can be resumed.
 */
@ClusterTest
class SmallHeapIT {

  private static final String JOB = "11111111-2222-3333-4444-555555555555";

  @TempDir private Path folder;

  private String keyspace = "";

  @BeforeEach
  void createTable() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, at timestamp, v text)");
  }

  @Test
  void rejectsTooLargeRecord() throws Exception {
    Path file = folder.resolve("rows.csv.gz");
    try (OutputStream out = compressed(file)) {
      out.write("id,v\n1,a\n2,".getBytes(US_ASCII));
      fill(out, 300 << 20);
      out.write("\n3,c\n".getBytes(US_ASCII));
    }
    CapturedRun run =
        importing("csv", file, "--on-unrepresentable=reject", "--rejects=" + folder.resolve("r"));
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    assertThat(Files.readString(folder.resolve("r")))
        .hasLineCount(1)
        .contains("is larger than 8388608 bytes", "raise maxRecordSize (--max-record-size)");
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void reportsTooLargeNamesAndHeaders() throws Exception {
    Path name = folder.resolve("name.json.gz");
    try (OutputStream out = compressed(name)) {
      out.write("{\"id\":1,\"".getBytes(US_ASCII));
      fill(out, 50 << 20);
      out.write("\":1}\n".getBytes(US_ASCII));
    }
    assertReported(importing("json", name), "raise maxRecordSize (--max-record-size)");

    Path keys = folder.resolve("keys.json.gz");
    try (OutputStream out = compressed(keys)) {
      out.write("{\"id\":1".getBytes(US_ASCII));
      for (int i = 0; i < 1_000_000; i++) {
        out.write((",\"key" + i + "\":0").getBytes(US_ASCII));
      }
      out.write("}\n".getBytes(US_ASCII));
    }
    assertReported(importing("json", keys), "raise maxColumns (--max-columns)");

    Path header = folder.resolve("header.csv.gz");
    try (OutputStream out = compressed(header)) {
      out.write("id".getBytes(US_ASCII));
      for (int i = 0; i < 1_000_000; i++) {
        out.write((",column" + i).getBytes(US_ASCII));
      }
      out.write("\n1\n".getBytes(US_ASCII));
    }
    assertReported(importing("csv", header), "raise maxColumns (--max-columns)");
    assertThat(count()).isZero();
  }

  @Test
  void resumesJobAfterOutOfMemory() throws Exception {
    Path file = folder.resolve("rows.csv.gz");
    try (OutputStream out = compressed(file)) {
      out.write("id,v\n1,a\n2,".getBytes(US_ASCII));
      fill(out, 12 << 20);
      out.write("\n3,c\n".getBytes(US_ASCII));
    }
    List<String> arguments =
        List.of(
            "import",
            keyspace + ".t",
            "--format=csv",
            "--path=" + file,
            "--max-record-size=64m",
            "--job-id=" + JOB);
    CapturedRun failed = run("-Xmx40m", arguments);
    assertReported(failed, " ran out of memory (Java heap space; the heap is ");
    assertThat(failed.err())
        .contains("Task 0, with its records of " + file)
        .contains("RINGHAUL_JAVA_OPTS=-Xmx2g", "--parallelism");
    CapturedRun shown = run("-Xmx256m", List.of("jobs", "show", JOB));
    assertThat(shown.out()).containsIgnoringCase("failed").contains("ran out of memory");

    CapturedRun resumed = run("-Xmx512m", List.of("jobs", "resume", JOB));
    assertThat(resumed.exitCode()).as(resumed.err()).isEqualTo(ExitCode.DONE);
    assertThat(count()).isEqualTo(3);
  }

  /** The rows take more space than the heap, and each task has rows of all partitions. */
  @Slow
  @Test
  void exportsRowsOfManyPartitions() throws Exception {
    int rows = 80_000;
    int partitions = 60;
    Random random = new Random(7);
    byte[] bytes = new byte[1_300];
    PreparedStatement insert =
        TestCluster.session()
            .prepare("INSERT INTO " + keyspace + ".t (id, at, v) VALUES (?, ?, ?)");
    try (AsyncWrites writes = new AsyncWrites(TestCluster.session())) {
      for (int id = 0; id < rows; id++) {
        random.nextBytes(bytes);
        writes.add(
            insert.bind(
                id,
                Instant.parse("2020-01-15T00:00:00Z").plus(id % partitions * 31L, ChronoUnit.DAYS),
                Base64.getEncoder().encodeToString(bytes)));
      }
    }
    CapturedRun run =
        run(
            "-Xmx128m",
            List.of(
                "export",
                keyspace + ".t",
                "--format=iceberg",
                "--path=" + folder.resolve("warehouse"),
                "--partition-by=month(at)",
                "--tasks=12",
                "--job-store=none"));
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    assertThat(run.facts()).contains(": 80,000 rows in ", "files: " + partitions + ", ");
  }

  private CapturedRun importing(String format, Path file, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("import", keyspace + ".t", "--format=" + format, "--path=" + file));
    arguments.addAll(List.of(more));
    return run("-Xmx256m", arguments);
  }

  private CapturedRun run(String heap, List<String> arguments) throws Exception {
    Path home = Files.createDirectories(folder.resolve("home"));
    Path installed = CommandProcess.installIn(folder, home, heap);
    List<String> all = new ArrayList<>(arguments);
    if (!arguments.get(0).equals("jobs")) {
      all.add("--contact-point=" + TestCluster.contactPoint());
    }
    return CommandProcess.start(installed, all.toArray(String[]::new)).ended();
  }

  private static void assertReported(CapturedRun run, String words) {
    assertThat(run.err())
        .contains(words)
        .doesNotContain("Exception in thread", "\tat ", "unexpected");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.FAILED);
  }

  private long count() {
    return TestCluster.session()
        .execute("SELECT count(*) FROM " + keyspace + ".t")
        .one()
        .getLong(0);
  }

  private static OutputStream compressed(Path file) throws IOException {
    return new GZIPOutputStream(Files.newOutputStream(file), 1 << 16);
  }

  private static void fill(OutputStream out, int bytes) throws IOException {
    byte[] block = new byte[1 << 20];
    Arrays.fill(block, (byte) 'x');
    for (int i = 0; i < bytes; i += block.length) {
      out.write(block);
    }
  }
}
