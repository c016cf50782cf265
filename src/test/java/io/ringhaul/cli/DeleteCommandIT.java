package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command deletes rows by a condition and by keys, and only with --apply. */
@ClusterTest
class DeleteCommandIT {

  private static final int ROWS = 100;

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeEach
  void fill() {
    TestCluster.define("CREATE TABLE " + keyspace + ".orders (id int PRIMARY KEY, status text)");
    for (int id = 0; id < ROWS; id++) {
      session.execute(
          String.format(
              "INSERT INTO %s.orders (id, status) VALUES (%d, '%s')",
              keyspace, id, id % 4 == 0 ? "void" : "paid"));
    }
  }

  @Test
  void deletesByConditionOnlyWithApply() {
    CapturedRun dry = delete("--where=status = 'void'", "--allow-filtering");
    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(dry.facts())
        .contains("keys: 25", "applied: false", "nothing was deleted; add --apply to delete")
        .doesNotContain("  job  ");
    assertThat(rows()).isEqualTo(ROWS);
    CapturedRun run =
        delete("--where=status = 'void'", "--allow-filtering", "--apply", "--job=cleanup");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.facts())
        .startsWith("delete " + keyspace + ".orders: 25 rows in ")
        .contains("applied: true")
        .doesNotContain("--apply");
    assertThat(rows()).isEqualTo(75);
    CapturedRun job = jobs("show", "cleanup");
    assertThat(job.out()).contains("completed", "ringhaul delete ", "delete");
    assertThat(jobs("clean", "cleanup").exitCode()).isZero();
    CapturedRun again = jobs("restart", "cleanup");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out()).contains(".orders: 0 rows in ");
  }

  @Test
  void deletesByKeysOfFilesAndTables() throws IOException {
    Path keys = Files.writeString(folder.resolve("keys.csv"), "id\n1\n2\n3\n");
    CapturedRun run = delete("--format=csv", "--path=" + keys, "--apply");
    assertThat(run.facts()).as(run.err()).contains("keys: 3");
    assertThat(rows()).isEqualTo(97);
    TestCluster.define("CREATE TABLE " + keyspace + ".closed (id int PRIMARY KEY)");
    session.execute("INSERT INTO " + keyspace + ".closed (id) VALUES (4)");
    run = delete("--from=" + keyspace + ".closed", "--apply");
    assertThat(run.facts()).as(run.err()).contains("keys: 1");
    assertThat(rows()).isEqualTo(96);
  }

  @Test
  void namesTheOptionsToGive() {
    CapturedRun nothing = delete("--apply");
    assertThat(nothing.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(nothing.err()).contains("Give the rows to delete: --where", "TRUNCATE");
    assertThat(delete("--where=id = 1", "--format=csv", "--path=x").err())
        .contains("--where is for rows of a table");
  }

  private long rows() {
    return session.execute("SELECT id FROM " + keyspace + ".orders").all().size();
  }

  private CapturedRun delete(String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "delete",
                keyspace + ".orders",
                "--contact-point=" + TestCluster.contactPoint(),
                "--job-store=" + folder.resolve("jobs.db")));
    arguments.addAll(List.of(options));
    return CapturedRun.inProcess(arguments.toArray(String[]::new));
  }

  private CapturedRun jobs(String... words) {
    List<String> arguments = new ArrayList<>(List.of("jobs"));
    arguments.addAll(List.of(words));
    arguments.add("--job-store=" + folder.resolve("jobs.db"));
    return CapturedRun.inProcess(arguments.toArray(String[]::new));
  }
}
