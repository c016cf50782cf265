package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command copies tables within a cluster and from one that other options name. */
@ClusterTest
class CopyCommandIT {

  private static final int ROWS = 500;
  private static final String NODE = TestCluster.contactPoint();

  private static final CqlSession SESSION = TestCluster.session();
  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void fill() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".orders (id int PRIMARY KEY, status text)");
    for (int id = 0; id < ROWS; id++) {
      SESSION.execute(
          String.format(
              "INSERT INTO %s.orders (id, status) VALUES (%d, '%s') USING TIMESTAMP %d",
              keyspace, id, id % 5 == 0 ? "open" : "paid", 1_000 + id));
    }
  }

  @Test
  void copiesWithinTheClusterAndListsTheJob() {
    CapturedRun run = copy("all", "--from=" + keyspace + ".orders", "--create-table", "--job=move");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.facts())
        .startsWith("copy " + keyspace + ".all: 500 rows in ")
        .contains("location: " + keyspace + ".orders");
    Row row = one("SELECT status, WRITETIME(status) FROM " + keyspace + ".all WHERE id = 7");
    assertThat(row.getString(0)).isEqualTo("paid");
    assertThat(row.getLong(1)).isEqualTo(1_007);
    CapturedRun jobs = CapturedRun.inProcess("jobs", "show", "move", "--job-store=" + store());
    assertThat(jobs.out()).contains("completed").contains("ringhaul copy ");
    CapturedRun cleaned = CapturedRun.inProcess("jobs", "clean", "move", "--job-store=" + store());
    assertThat(cleaned.exitCode()).as(cleaned.err()).isZero();
  }

  @Test
  void copiesSelectedRowsFromANamedCluster() {
    CapturedRun run =
        copy(
            "some",
            "--from=" + keyspace + ".orders",
            "--from-contact-point=" + NODE,
            "--where=status = 'open'",
            "--allow-filtering",
            "--ignore-cell-times",
            "--create-table");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("copy " + keyspace + ".some: 100 rows in ");
    assertThat(one("SELECT WRITETIME(status) FROM " + keyspace + ".some WHERE id = 5").getLong(0))
        .isGreaterThan(1_000_000);
  }

  @Test
  void namesAndCreatesIndexes() {
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".indexed (id int PRIMARY KEY, v text)",
            "CREATE INDEX by_v ON " + keyspace + ".indexed (v)"));
    String from = "--from=" + keyspace + ".indexed";
    String cql = "CREATE INDEX plain_by_v ON " + keyspace + ".plain (v)";
    CapturedRun named = copy("plain", from, "--create-table");
    assertThat(named.exitCode()).as(named.err()).isZero();
    assertThat(named.facts())
        .contains("  missing indexes and views: ")
        .contains("    " + cql)
        .contains("  next: create them with these statements, or give --create-indexes-and-views");
    CapturedRun made = copy("plain", from, "--create-indexes-and-views", "--json");
    assertThat(made.exitCode()).as(made.err()).isZero();
    assertThat(made.json().has("missingIndexesAndViews")).isFalse();
    assertThat(copy("plain", from, "--create-table", "--json").json().has("next")).isFalse();
    CapturedRun dry = copy("plain", from, "--create-indexes-and-views", "--dry-run");
    assertThat(dry.exitCode()).isEqualTo(2);
    assertThat(dry.err()).contains("--create-indexes-and-views and --dry-run exclude each other");
  }

  @Test
  void readsWithThePageSizeOfTheCommandAndSkipsItsChecks() {
    CapturedRun wrong = copy("orders", "--page-size=0");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("--page-size is 0");
    CapturedRun run =
        copy(
            "pages",
            "--from=" + keyspace + ".orders",
            "--create-table",
            "--page-size=7",
            "--skip-preflight",
            "--verify");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("copy " + keyspace + ".pages: 500 rows in ");
  }

  @Test
  void namesTheOptionsOfTheClusterThatFails() {
    CapturedRun run = copy("orders", "--from-contact-point=127.0.0.1:1");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("The cluster to read: No node could be reached at 127.0.0.1:1")
        .contains("Check --from-contact-point");
    CapturedRun wrong = copy("orders", "--from-contact-point=" + NODE, "--from-local-dc=nowhere");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("The cluster has no data centre nowhere");
    CapturedRun missing = copy("none", "--from=" + keyspace + ".orders");
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains(keyspace + ".none");
  }

  private CapturedRun copy(String table, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "copy",
                keyspace + "." + table,
                "--contact-point=" + NODE,
                "--job-store=" + store()));
    arguments.addAll(List.of(options));
    return CapturedRun.inProcess(arguments.toArray(String[]::new));
  }

  private Path store() {
    return folder.resolve("jobs.db");
  }

  private static Row one(String cql) {
    return Objects.requireNonNull(SESSION.execute(cql).one(), cql);
  }
}
