package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.console.ConsoleClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code ringhaul console}: real jobs in separate processes, controlled over HTTP. */
@ClusterTest
class ConsoleCommandIT {

  private static final int ROWS = 1_500;

  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void fill() {
    keyspace = ValuesTable.create("copy", ROWS, row -> "value " + row);
  }

  @Test
  void stopsRestartsAndRetriesRunningExport() throws Exception {
    Path out = folder.resolve("out");
    try (ConsoleProcess console = ConsoleProcess.start(folder, folder.resolve("jobs.db"))) {
      String id = console.begin("steered", slowExport(out));
      String path = "/api/batch-jobs/" + id;
      console.await(id, job -> job.at("/figures/done").asInt() > 0);
      ConsoleClient.Answer stranger = console.client().stranger("POST", path + "/stop", "");
      assertThat(stranger.status()).isEqualTo(401);
      console.expect(409, "DELETE", path, "");
      console.expect(202, "POST", path + "/stop", "");
      JsonNode stopped = console.await(id, job -> is(job, "STOPPED"));
      assertThat(stopped.at("/figures/done").asInt())
          .isBetween(1, stopped.at("/figures/partitions").asInt() - 1);

      JsonNode restarted = console.expect(202, "POST", path + "/restart", "");
      assertThat(restarted.at("/figures/done").asInt()).isZero();
      console.await(id, job -> is(job, "RUNNING") && job.at("/figures/done").asInt() > 0);
      console.expect(202, "POST", path + "/stop", "");
      console.await(id, job -> is(job, "STOPPED"));
      String partitions = path + "/partitions?status=DONE&limit=1000";
      JsonNode done = console.expect(200, "GET", partitions, "").path("items").get(0);
      String partition = "/api/batch-partitions/" + done.path("id").asText();
      JsonNode retried = console.expect(202, "POST", partition + "/retry", "");
      assertThat(retried.path("status").asText()).isEqualTo("PENDING");

      JsonNode completed = console.await(id, job -> is(job, "COMPLETED"));
      assertThat(completed.at("/figures/rows").asInt()).isEqualTo(ROWS);
      assertThat(completed.path("name").asText()).isEqualTo("steered");
      assertThat(completed.path("command").toString()).doesNotContain("job-store");
      assertThat(rows(out))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, ROWS).mapToObj(row -> row + ",value " + row).toList());
      console.expect(409, "POST", partition + "/retry", "");
      console.expect(409, "POST", path + "/restart", "");

      CapturedRun ended = console.end("TERM");
      assertThat(ended.exitCode()).isEqualTo(143);
      assertThat(ended.err()).contains("running jobs continue").doesNotContain("Exception");
    }
  }

  @Test
  void failedStartRecordsReason() throws Exception {
    try (ConsoleProcess console = ConsoleProcess.start(folder, folder.resolve("jobs.db"))) {
      String id =
          console.begin(
              "hopeless",
              List.of("export", keyspace + ".missing", "--format=csv", "--path=" + folder, node()));
      JsonNode failed = console.await(id, job -> is(job, "FAILED"));
      assertThat(failed.path("error").asText()).contains(keyspace).contains("missing");
      Path log = folder.resolve("jobs.db-logs/" + id + ".log");
      assertThat(log).isNotEmptyFile();
      assertThat(permissions(log)).isEqualTo("rw-------");
      assertThat(permissions(folder.resolve("jobs.db-logs"))).isEqualTo("rwx------");
      console.expect(204, "DELETE", "/api/batch-jobs/" + id, "");
      assertThat(console.end("INT").exitCode()).isEqualTo(130);
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static boolean is(JsonNode job, String status) {
    return job.path("status").asText().equals(status);
  }

  private static List<String> slowExport(Path out) {
    return List.of(
        "export",
        keyspace + ".t",
        "--format=csv",
        "--path=" + out,
        "--page-size=20",
        "--parallelism=1",
        "--rate=350",
        "--tasks=24",
        node());
  }

  private static List<String> rows(Path out) throws IOException {
    try (Stream<Path> files = Files.list(out)) {
      return files
          .filter(file -> file.toString().endsWith(".csv"))
          .flatMap(ConsoleCommandIT::lines)
          .filter(line -> !line.equals("id,v"))
          .toList();
    }
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String node() {
    return "--contact-point=" + TestCluster.contactPoint();
  }
}
