package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.parquet.ParquetTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands compare a table with files and with other tables, repair it and profile it. */
@ClusterTest
class VerifyCommandIT {

  private static final int ROWS = 200;

  private static final CqlSession SESSION = TestCluster.session();
  private static String keyspace = "";

  @TempDir private static Path folder;

  @BeforeAll
  static void fill() {
    keyspace = TestCluster.newKeyspace(1);
    for (String table : List.of("orders", "changed")) {
      TestCluster.define(
          "CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, v text)");
      for (int id = 0; id < ROWS; id++) {
        SESSION.execute(
            String.format("INSERT INTO %s.%s (id, v) VALUES (%d, 'v')", keyspace, table, id));
      }
    }
    SESSION.execute("UPDATE " + keyspace + ".changed SET v = 'w' WHERE id = 7");
    SESSION.execute("DELETE FROM " + keyspace + ".changed WHERE id = 8");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(SESSION)) {
      operator
          .export(keyspace, "orders")
          .to(ParquetTarget.folder(folder.resolve("files")))
          .execute();
    }
  }

  @Test
  void equalTablesEndWithSuccess() {
    CapturedRun run = verify("orders", "--format=parquet", "--path=" + folder.resolve("files"));
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    assertThat(run.facts())
        .startsWith("verify " + keyspace + ".orders: 200 rows in ")
        .contains("source rows: 200", "equal: true", "missing: 0")
        .doesNotContain("differences");
  }

  @Test
  void differencesHaveTheirOwnExitCode() {
    Path file = folder.resolve("differences.jsonl");
    CapturedRun run = verify("changed", "--from=" + keyspace + ".orders", "--differences=" + file);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(run.facts())
        .contains(
            "equal: false",
            "missing: 1",
            "different: 1",
            "(\"id\" = 8) is missing in the table",
            "(\"id\" = 7) differs in v",
            "differences file: " + file);
    assertThat(file).isNotEmptyFile();
    CapturedRun json = verify("changed", "--from=" + keyspace + ".orders", "--json");
    assertThat(json.exitCode()).isEqualTo(ExitCode.DIFFERENT);
    JsonNode result = json.json();
    assertThat(result.path("equal").asBoolean()).isFalse();
    assertThat(result.path("missing").asInt()).isEqualTo(1);
    assertThat(result.path("differences")).hasSize(2);
  }

  @Test
  void comparesTimesAndLeavesNewerRowsAside() {
    String from = "--from=" + keyspace + ".orders";
    CapturedRun times = verify("changed", from, "--compare-cell-times");
    assertThat(times.exitCode()).as(times.err()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(times.facts())
        .contains("missing: 1", "different: 199", "differs in the times of v (table: written ");
    assertThat(
            verify(
                    "orders",
                    "--format=parquet",
                    "--path=" + folder.resolve("files"),
                    "--compare-cell-times")
                .err())
        .contains("--compare-cell-times needs write times or TTLs of the source");
    CapturedRun live = verify("changed", from, "--written-before=2020-01-31T00:00:00Z");
    assertThat(live.exitCode()).as(live.err()).isEqualTo(ExitCode.DONE);
    assertThat(live.facts()).contains("equal: true", "newer: 2");
    assertThat(run("repair", "changed", from, "--compare-cell-times", "--ignore-cell-times").err())
        .contains("--compare-cell-times does not go with --ignore-cell-times");
  }

  @Test
  void toleratesWhatFilesDoNotKeep() throws IOException {
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".loose (id int PRIMARY KEY, v text, d decimal)");
    SESSION.execute("INSERT INTO " + keyspace + ".loose (id, v, d) VALUES (1, '', 1.00)");
    Path file = Files.writeString(folder.resolve("loose.csv"), "id,v,d\n1,,1.0\n");
    String[] files = {"--format=csv", "--path=" + file};
    assertThat(verify("loose", files).out()).contains("(\"id\" = 1) differs in d, v");
    CapturedRun tolerant =
        verify("loose", files[0], files[1], "--tolerate=decimal_scale,empty_as_null");
    assertThat(tolerant.exitCode()).as(tolerant.err()).isEqualTo(ExitCode.DONE);
    assertThat(verify("loose", files[0], files[1], "--tolerate=nothing").err())
        .contains("--tolerate", "decimal_scale, empty_as_null, float_bits, timestamp_seconds");
  }

  @Test
  void conditionsSelectRowsOfBothTables() {
    CapturedRun run =
        verify("changed", "--from=" + keyspace + ".orders", "--where=v = 'v'", "--allow-filtering");
    assertThat(run.facts()).contains("missing: 2", "different: 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"iceberg", "parquet", "json", "csv"})
  void exportsAndImportsCompareAfterwards(String format) {
    String[] files = {
      "--format=" + format, "--path=" + folder.resolve("verified-" + format), "--verify"
    };
    CapturedRun exported = job("export", "orders", files);
    assertThat(exported.exitCode()).as(exported.err()).isEqualTo(ExitCode.DONE);
    assertThat(exported.facts()).contains("verified: equal");
    String copy = "copy_" + format;
    TestCluster.define("CREATE TABLE " + keyspace + "." + copy + " (id int PRIMARY KEY, v text)");
    SESSION.execute("INSERT INTO " + keyspace + "." + copy + " (id, v) VALUES (-1, 'own')");
    String iceberg = format.equals("iceberg") ? "--iceberg-table=" + keyspace + ".orders" : "-q";
    CapturedRun imported = job("import", copy, files[0], files[1], files[2], iceberg);
    assertThat(imported.exitCode()).as(imported.err()).isEqualTo(ExitCode.DONE);
    assertThat(imported.facts()).contains("verified: equal").doesNotContain("missing");
    // A value that is newer than the import, and wins over it.
    SESSION.execute(
        "UPDATE "
            + keyspace
            + "."
            + copy
            + " USING TIMESTAMP 4000000000000000 SET v = 'newer' WHERE id = 7");
    CapturedRun different = job("import", copy, files[0], files[1], files[2], iceberg, "--json");
    assertThat(different.exitCode()).as(different.err()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(different.json().path("verified").asText()).isEqualTo("different");
    assertThat(different.json().path("differences").get(0).asText())
        .isEqualTo("(\"id\" = 7) differs in v");
  }

  @ParameterizedTest
  @ValueSource(strings = {"iceberg", "parquet", "json", "csv"})
  void exportEndsWithCommandThatComparesItsResult(String format) {
    Path target = folder.resolve("to compare " + format);
    CapturedRun exported =
        job(
            "export",
            "orders",
            "--format=" + format,
            "--path=" + target,
            "--where=id < 50",
            "--allow-filtering");
    assertThat(exported.exitCode()).as(exported.err()).isEqualTo(ExitCode.DONE);
    String next =
        exported.facts().lines().filter(line -> line.startsWith("  next: ")).findFirst().orElse("");
    assertThat(next)
        .as(exported.out())
        .startsWith("  next: ringhaul verify ")
        .contains("'--where=id < 50'", "'--path=" + target + "'")
        .doesNotContain("--job-store");
    CapturedRun compared =
        CapturedRun.inProcess(
            Stream.of(
                    next.substring("  next: ringhaul ".length())
                        // Blanks outside of quotes.
                        .split(" (?=(?:[^']*'[^']*')*[^']*$)", -1))
                .map(word -> word.replace("'", ""))
                .toArray(String[]::new));
    assertThat(compared.exitCode()).as(next + compared.err()).isEqualTo(ExitCode.DONE);
    assertThat(compared.facts()).contains("source rows: 50", "equal: true");
  }

  @Test
  void copiesCompareAfterwards() {
    String from = "--from=" + keyspace + ".orders";
    CapturedRun copied = job("copy", "copied", from, "--create-table", "--verify");
    assertThat(copied.exitCode()).as(copied.err()).isEqualTo(ExitCode.DONE);
    assertThat(copied.facts()).contains("verified: equal");
    assertThat(job("copy", "copied", from, "--dry-run", "--verify").err())
        .contains("--verify does not go with --dry-run");
    assertThat(
            job("export", "orders", "--format=csv", "--path=x", "--mode=append", "--verify").err())
        .contains("--verify does not go with --mode append");
  }

  private static CapturedRun job(String command, String table, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("--job-store=" + folder.resolve("jobs.db"));
    return run(command, table, all.toArray(String[]::new));
  }

  @Test
  void profilesATable() {
    CapturedRun profile = run("profile", "orders", "--largest=2");
    assertThat(profile.exitCode()).as(profile.err()).isZero();
    assertThat(profile.facts())
        .startsWith("profile " + keyspace + ".orders: 200 rows in ")
        .contains("partitions: 200", "nodes:", "largest by rows:", "sizes:", "v: 0 nulls");
    JsonNode facts = run("profile", "orders", "--largest=2", "--json").json();
    assertThat(facts.path("largestByBytes")).hasSize(2);
    assertThat(facts.path("columns").get(0).path("name").asText()).isEqualTo("id");
    assertThat(facts.path("nodes").get(0).path("partitions").asInt()).isPositive();
  }

  @Test
  void repairsOnlyWithApply() {
    TestCluster.define("CREATE TABLE " + keyspace + ".broken (id int PRIMARY KEY, v text)");
    SESSION.execute("INSERT INTO " + keyspace + ".broken (id, v) VALUES (-1, 'extra')");
    String from = "--from=" + keyspace + ".orders";
    CapturedRun dry = run("repair", "broken", from);
    assertThat(dry.exitCode()).as(dry.err()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(dry.facts())
        .contains("missing: 200", "extra: 1", "applied: false", "add --apply to repair");
    CapturedRun repaired = run("repair", "broken", from, "--apply");
    assertThat(repaired.exitCode()).as(repaired.err()).isEqualTo(ExitCode.DIFFERENT);
    assertThat(repaired.facts()).contains("written rows: 200", "extra: 1", "missing: 0");
    CapturedRun whole = run("repair", "broken", from, "--apply", "--delete-extra");
    assertThat(whole.exitCode()).as(whole.err()).isEqualTo(ExitCode.DONE);
    assertThat(whole.facts()).contains("deleted rows: 1", "equal: true");
    assertThat(verify("broken", from).exitCode()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void namesTheOptionsToGive() {
    CapturedRun nothing = verify("orders");
    assertThat(nothing.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(nothing.err())
        .contains(
            "Give what to compare with: --format and --path for files, or --from for a table");
    assertThat(verify("orders", "--format=csv").err()).contains("--path");
    assertThat(verify("orders", "--path=x").err()).contains("--format");
    assertThat(verify("orders", "--format=csv", "--path=x", "--from=a.b").err())
        .contains("Give one source: --format and --path, or --from");
    assertThat(verify("orders", "--from=a.b", "--snapshot=7").err())
        .contains("Options of files need --format and --path");
    assertThat(verify("orders", "--from=a.b", "--from-username=reader").err())
        .contains("--from-username needs the cluster of the source table");
    assertThat(run("repair", "orders", "--from=a.b", "--delete-extra", "--where=id = 1").err())
        .contains("--delete-extra does not go with --where");
    assertThat(verify("orders", "--from=" + keyspace + ".orders", "--max-differences=0").err())
        .contains("--max-differences is 0");
  }

  private static CapturedRun verify(String table, String... options) {
    return run("verify", table, options);
  }

  private static CapturedRun run(String command, String table, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command, keyspace + "." + table));
    arguments.add("--contact-point=" + TestCluster.contactPoint());
    arguments.addAll(List.of(options));
    return CapturedRun.inProcess(arguments.toArray(String[]::new));
  }
}
