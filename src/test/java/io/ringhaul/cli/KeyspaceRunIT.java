package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pattern such as store.* runs a command for each table of a keyspace. */
@ClusterTest
class KeyspaceRunIT {

  private static final int NUMBERED = 10;
  private static final int TABLES = NUMBERED + 2;
  private static final int ROWS = 20;

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeEach
  void createTables() {
    List<String> ddl = new ArrayList<>();
    ddl.add("CREATE TYPE " + keyspace + ".\"Place\" (street text, \"No\" int)");
    ddl.add(
        "CREATE TABLE "
            + keyspace
            + ".\"Orders\" (p int, c int, s text static, place frozen<\"Place\">,"
            + " PRIMARY KEY (p, c)) WITH CLUSTERING ORDER BY (c DESC) AND comment = 'it''s; so'");
    ddl.add("CREATE TABLE " + keyspace + ".hits (id int PRIMARY KEY, n counter)");
    for (int i = 0; i < NUMBERED; i++) {
      ddl.add("CREATE TABLE " + keyspace + ".t" + i + " (id int PRIMARY KEY, v text)");
    }
    ddl.add("CREATE INDEX by_v ON " + keyspace + ".t0 (v)");
    ddl.add(
        "CREATE MATERIALIZED VIEW "
            + keyspace
            + ".seen AS SELECT id, v FROM t1 WHERE v IS NOT NULL AND id IS NOT NULL"
            + " PRIMARY KEY (v, id)");
    TestCluster.define(ddl);
    for (int row = 0; row < ROWS; row++) {
      session.execute(
          String.format(
              "INSERT INTO %s.\"Orders\" (p, c, s, place) VALUES (%d, %d, 's', {street: 'a',"
                  + " \"No\": %d})",
              keyspace, row / 5, row, row));
      session.execute(
          String.format("UPDATE %s.hits SET n = n + %d WHERE id = %d", keyspace, row, row));
      for (int i = 0; i < NUMBERED; i++) {
        session.execute(
            String.format("INSERT INTO %s.t%d (id, v) VALUES (%d, 'v%d')", keyspace, i, row, row));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PARQUET", "ICEBERG"})
  void movesAKeyspaceIntoAnEmptyCluster(Format format) throws IOException {
    String[] files = {
      "--format=" + format.toString().toLowerCase(Locale.ROOT), "--path=" + folder.resolve("out")
    };
    CapturedRun exported = run("export", "*", files);
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    int rows = TABLES * ROWS;
    assertThat(exported.out())
        .contains(
            String.format(Locale.ROOT, "export %s.*: %d tables, %,d rows", keyspace, TABLES, rows));
    String script = Files.readString(folder.resolve("out/schema.cql"));
    TestCluster.define("DROP KEYSPACE " + keyspace);
    TestCluster.define(List.of(script.strip().split(";\\s*\\n")));
    assertThat(session.getMetadata().getKeyspace(keyspace).orElseThrow().getViews()).hasSize(1);

    CapturedRun imported = run("import", "*", files);
    assertThat(imported.exitCode()).as(imported.err() + imported.out()).isZero();
    assertThat(imported.out()).contains("import " + keyspace + ".*: " + TABLES + " tables, ");
    CapturedRun verified = run("verify", "*", files);
    assertThat(verified.exitCode()).as(verified.err() + verified.out()).isZero();
    CapturedRun counted = run("count", "t?", "--json");
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    List<String> lines = counted.out().lines().toList();
    assertThat(lines).hasSize(NUMBERED + 1);
    JsonNode summary = Json.tree(lines.get(NUMBERED));
    assertThat(summary.path("rows").asInt()).isEqualTo(NUMBERED * ROWS);
    assertThat(summary.path("tablesDone").asInt()).isEqualTo(NUMBERED);
  }

  @Test
  void resumesWithoutRepeatingTablesThatAreDone() throws IOException {
    String[] files = {"--format=csv", "--path=" + folder.resolve("out"), "--job=nightly"};
    Path blocked = Files.createDirectories(folder.resolve("out/t3"));
    Files.writeString(blocked.resolve("mine.csv"), "1\n");
    CapturedRun failed = run("export", "t?", files);
    assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(failed.out())
        .contains("export " + keyspace + ".t?: 9 tables, 180 rows", "not done: t3 (exit code 1)");
    assertThat(failed.err()).contains("--job 'nightly' --resume");
    Files.delete(blocked.resolve("mine.csv"));
    CapturedRun resumed = run("export", "t?", append(files, "--resume"));
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("export " + keyspace + ".t?: 10 tables, 200 rows");
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      assertThat(store.list())
          .hasSize(NUMBERED)
          .allMatch(job -> job.status() == JobStatus.COMPLETED)
          .allMatch(job -> job.run() == (job.name().equals("nightly/t3") ? 2 : 1));
      assertThat(new TreeSet<>(store.list().stream().map(job -> job.name()).toList()))
          .hasSize(NUMBERED)
          .contains("nightly/t0");
    }
  }

  @Test
  void connectsOnceForAllTables() {
    long before = sessionsOpened();
    CapturedRun counted = run("count", "t?");
    assertThat(counted.exitCode()).as(counted.err()).isZero();
    CapturedRun exported = run("export", "t?", "--format=csv", "--path=" + folder.resolve("once"));
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(sessionsOpened() - before - 1).isEqualTo(2);
  }

  /** The driver numbers the sessions of a process in their names; this opens one. */
  private static long sessionsOpened() {
    try (CqlSession opened = TestCluster.get().newSession(settings -> {})) {
      return Long.parseLong(opened.getName().substring(1));
    }
  }

  @Test
  void namesWhatDoesNotGoWithAPattern() {
    assertThat(run("export", "none*", "--format=csv", "--path=" + folder).err())
        .contains("No table in the keyspace " + keyspace + " matches none*");
    assertThat(run("delete", "*", "--where=id = 1").err())
        .contains("delete takes one table, and " + keyspace + ".* is a pattern");
    assertThat(run("copy", "*", "--from=" + keyspace + ".t0").err())
        .contains("--from is for one table");
  }

  private static String[] append(String[] all, String more) {
    List<String> words = new ArrayList<>(List.of(all));
    words.add(more);
    return words.toArray(String[]::new);
  }

  private CapturedRun run(String command, String tables, String... options) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command, keyspace + "." + tables, "--contact-point=" + TestCluster.contactPoint()));
    if (List.of("export", "import", "copy", "delete").contains(command)) {
      arguments.add("--job-store=" + folder.resolve("jobs.db"));
    }
    arguments.addAll(List.of(options));
    return CapturedRun.inProcess(arguments.toArray(String[]::new));
  }
}
