package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests {@code ringhaul jobs restart} of imports: repeated writes must not add to existing values.
 */
@ClusterTest
class RestartedImportIT {

  private static String keyspace = "";

  @TempDir private Path folder;

  private final UUID id = UUID.randomUUID();
  private Path jobs;

  @BeforeAll
  static void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".plain (id int PRIMARY KEY, n bigint)",
            "CREATE TABLE " + keyspace + ".counted (id int PRIMARY KEY, n counter)"));
  }

  @BeforeEach
  void name() {
    jobs = folder.resolve("jobs.db");
  }

  @Test
  void rewritesIdempotentRows() throws IOException {
    imported("plain");
    TestCluster.session().execute("TRUNCATE " + keyspace + ".plain");
    CapturedRun restarted = restart();
    assertThat(restarted.exitCode()).as(restarted.err()).isZero();
    assertThat(restarted.json().path("rows").asInt()).isEqualTo(3);
    assertThat(restarted.json().path("earlierRows").asInt()).isZero();
    assertThat(rows("plain")).isEqualTo(Map.of(1, 10L, 2, 20L, 3, 30L));
  }

  @Test
  void rewritesCountersOnlyOnRequest() throws IOException {
    imported("counted");
    List<JobPartition> before = partitions();
    CapturedRun refused = restart("--add-to-counters");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .contains("writing them again may change counters or lists (id int, n counter)")
        .contains("truncate the table and give --replay-in-doubt, or resume the job");
    CapturedRun retried =
        CapturedRun.inProcess(
            "jobs", "retry", id.toString(), "--partition=0", "--job-store=" + jobs, "--json");
    assertThat(retried.exitCode()).isEqualTo(1);
    assertThat(retried.err())
        .contains(
            "Partition 0 of job "
                + id
                + " has started, and writing its rows again may change counters");
    assertThat(partitions()).isEqualTo(before);
    assertThat(rows("counted")).isEqualTo(Map.of(1, 10L, 2, 20L, 3, 30L));

    TestCluster.session().execute("TRUNCATE " + keyspace + ".counted");
    CapturedRun restarted = restart("--replay-in-doubt");
    assertThat(restarted.exitCode()).as(restarted.err()).isZero();
    assertThat(rows("counted")).isEqualTo(Map.of(1, 10L, 2, 20L, 3, 30L));
  }

  private void imported(String table) throws IOException {
    Path source = Files.writeString(folder.resolve("rows.csv"), "id,n\n1,10\n2,20\n3,30\n");
    CapturedRun run =
        CapturedRun.inProcess(
            "import",
            keyspace + "." + table,
            "--format=csv",
            "--path=" + source,
            "--contact-point=" + TestCluster.contactPoint(),
            "--job-id=" + id,
            "--job-store=" + jobs);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).containsOnlyOnce(": 3 rows in ");
  }

  private CapturedRun restart(String... more) {
    String[] all = new String[more.length + 5];
    all[0] = "jobs";
    all[1] = "restart";
    all[2] = id.toString();
    System.arraycopy(more, 0, all, 3, more.length);
    all[more.length + 3] = "--job-store=" + jobs;
    all[more.length + 4] = "--json";
    return CapturedRun.inProcess(all);
  }

  private List<JobPartition> partitions() {
    try (JobStore store = JobStore.file(jobs)) {
      return store.partitions(id);
    }
  }

  private static Map<Integer, Long> rows(String table) {
    Map<Integer, Long> rows = new TreeMap<>();
    for (Row row : TestCluster.session().execute("SELECT id, n FROM " + keyspace + "." + table)) {
      rows.put(row.getInt(0), row.getLong(1));
    }
    return rows;
  }
}
