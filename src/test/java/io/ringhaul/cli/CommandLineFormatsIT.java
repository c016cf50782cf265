package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the options of formats, selections and cell times. */
@ClusterTest
class CommandLineFormatsIT {

  private static final int ROWS = 120;
  private static final String COLUMNS =
      "(id int PRIMARY KEY, name text, amount decimal, tags set<text>)";
  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void fill() {
    CqlSession session = TestCluster.session();
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".source " + COLUMNS,
            "CREATE TABLE " + keyspace + ".copy " + COLUMNS));
    for (int id = 0; id < ROWS; id++) {
      session.execute(
          String.format(
              "INSERT INTO %s.source (id, name, amount, tags) VALUES (%d, 'n\"%d', %d.50,"
                  + " {'a', 'b%d'}) USING TIMESTAMP %d",
              keyspace, id, id, id, id, 1_000_000L + id));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "csv, --compression=gzip, created_csv",
    "csv, --dialect=dsbulk, created_dsbulk",
    "json, --single-array, created_json",
    "parquet, '--decimal=amount=9,2', created_parquet",
    "iceberg, '--decimal=amount=9,2', created_iceberg",
  })
  void recreatesTableWithCellTimes(String format, String option, String table) {
    String path = "--path=" + folder.resolve("out");
    JsonNode exported =
        json("export", "source", "--format=" + format, path, option, "--with-writetime");
    assertThat(exported.path("rows").asInt()).isEqualTo(ROWS);
    JsonNode imported =
        json(
            "import",
            table,
            "--format=" + format,
            path,
            "--create-table",
            "--iceberg-table=" + keyspace + ".source");
    assertThat(imported.path("rows").asInt()).isEqualTo(ROWS);
    assertThat(contents(table)).isEqualTo(contents("source")).hasSize(ROWS);
  }

  @Test
  void saysThatDecimalsBecomeText() {
    String note =
        "note: 1 column of decimal or varint is text in a new table or file; --types analytics"
            + " writes numbers that queries can sum, --types exact keeps text";
    for (String types : List.of("", "--types=exact", "--types=analytics", "--columns=id,name")) {
      List<String> arguments = new ArrayList<>(List.of("export", "--format=parquet"));
      arguments.add("--path=" + folder.resolve("out" + types));
      arguments.addAll(types.isEmpty() ? List.of() : List.of(types));
      arguments.add(keyspace + ".source");
      CapturedRun run =
          CapturedRun.inProcess(
              Stream.concat(arguments.stream(), connection()).toArray(String[]::new));
      assertThat(run.exitCode()).isZero();
      assertThat(run.err().lines().filter(line -> line.startsWith("note:")))
          .isEqualTo(types.isEmpty() ? List.of(note) : List.of());
    }
  }

  /** The comparison does not count the scale, which has changed. */
  @Test
  void verifiesExportWithTypesOfAnalytics() {
    for (String format : List.of("iceberg", "parquet")) {
      JsonNode exported =
          json(
              "export",
              "source",
              "--format=" + format,
              "--path=" + folder.resolve(format),
              "--types=analytics",
              "--verify");
      assertThat(exported.path("rows").asInt()).isEqualTo(ROWS);
    }
  }

  /** The columns of the existing table have the scale, not the options of the export. */
  @Test
  void verifiesExportToAnIcebergTableWithDecimals() {
    String path = "--path=" + folder.resolve("existing");
    json("export", "source", "--format=iceberg", path, "--types=analytics");
    json("export", "source", "--format=iceberg", path, "--mode=overwrite", "--verify");
    json("verify", "source", "--format=iceberg", path);
    json(
        "verify",
        "source",
        "--format=iceberg",
        path,
        "--mapping=id = id, name = name, amount = amount");
  }

  @Test
  void selectsRows() {
    String path = "--path=" + folder.resolve("out");
    assertThat(
            json("count", "source", "--where=amount > 59.5", "--allow-filtering")
                .path("rows")
                .asInt())
        .isEqualTo(60);
    assertThat(
            json("count", "source", "--token-range=0..9223372036854775807").path("rows").asInt()
                + json("count", "source", "--token-range=-9223372036854775808..0")
                    .path("rows")
                    .asInt())
        .isEqualTo(ROWS);
    assertThat(json("export", "source", "--format=json", path, "--max-rows=7").path("rows").asInt())
        .isEqualTo(7);
    assertThat(
            json(
                    "export",
                    "source",
                    "--format=json",
                    path,
                    "--mode=overwrite",
                    "--written-after=1970-01-01T00:00:01.000099Z",
                    "--written-before=1000110",
                    "--written-in=all")
                .path("rows")
                .asInt())
        .isEqualTo(10);
  }

  @Test
  void optionalValueDoesNotConsumeTableArgument() throws IOException {
    Path out = folder.resolve("out");
    CapturedRun run =
        CapturedRun.inProcess(
            Stream.concat(
                    Stream.of(
                        "export",
                        "--format=csv",
                        "--path=" + out,
                        "--header",
                        "--with-writetime",
                        keyspace + ".source"),
                    connection())
                .toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    try (Stream<Path> parts = Files.list(out)) {
      Path part = parts.filter(file -> file.toString().endsWith(".csv")).findFirst().orElseThrow();
      assertThat(Files.readAllLines(part).get(0))
          .isEqualTo("id,amount,name,tags,amount_writetime,name_writetime,tags_writetime");
    }
  }

  @Test
  void readsFilesOfOtherToolsWithOptions() throws IOException {
    Files.writeString(folder.resolve("a.csv"), "1|one|NULL\n2||2.5\n");
    TestCluster.session().execute("TRUNCATE " + keyspace + ".copy");
    JsonNode imported =
        json(
            "import",
            "copy",
            "--format=csv",
            "--path=" + folder.resolve("*.csv"),
            "--header=false",
            "--columns=id,name,amount",
            "--delimiter=|",
            "--null-value=NULL");
    assertThat(imported.path("rows").asInt()).isEqualTo(2);
    assertThat(
            TestCluster.session()
                .execute("SELECT id, name, amount FROM " + keyspace + ".copy")
                .all()
                .stream()
                .map(row -> row.getInt(0) + " " + row.getString(1) + " " + row.getBigDecimal(2)))
        .containsExactlyInAnyOrder("1 one null", "2 null 2.5");
  }

  @Test
  void deletesCellsForNullsOnRequest() throws IOException {
    TestCluster.session()
        .execute("INSERT INTO " + keyspace + ".copy (id, name, amount) VALUES (900, 'old', 1)");
    Path file = Files.writeString(folder.resolve("a.jsonl"), "{\"id\":900,\"name\":null}\n");
    json("import", "copy", "--format=json", "--path=" + file);
    assertThat(name(900)).isEqualTo("old");
    json("import", "copy", "--format=json", "--path=" + file, "--null-to-unset=false");
    assertThat(name(900)).isNull();
  }

  @Test
  void rejectsUnrepresentableRowsOnRequest() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("b.jsonl"), "{\"id\":\"x\"}\n{\"id\":901,\"name\":\"y\"}\n");
    CapturedRun failed = run("import", "copy", "--format=json", "--path=" + file, "--tasks=1");
    assertThat(failed.exitCode()).isEqualTo(1);
    assertThat(failed.err()).contains("b.jsonl").contains("id");

    Path rejects = folder.resolve("rejects.jsonl");
    JsonNode imported =
        json(
            "import",
            "copy",
            "--format=json",
            "--path=" + file,
            "--on-unrepresentable=reject",
            "--rejects=" + rejects);
    assertThat(imported.path("rows").asInt()).isEqualTo(1);
    assertThat(imported.path("rejectedRows").asInt()).isEqualTo(1);
    assertThat(Files.readAllLines(rejects)).hasSize(1);
    assertThat(name(901)).isEqualTo("y");
  }

  @Test
  void rejectsOptionsOfOtherFormats() {
    String path = "--path=" + folder.resolve("none");
    assertRefused(
        "--dialect is for --format csv, not for json", "--format=json", path, "--dialect=dsbulk");
    assertRefused(
        "--decimal is for --format iceberg and parquet, not for csv",
        "--format=csv",
        path,
        "--decimal=amount=9,2");
    assertRefused(
        "is not a column with precision and scale", "--format=parquet", path, "--decimal=amount");
    assertRefused("is not a size in bytes", "--format=csv", path, "--max-file-size=many");
    assertRefused("it must be two whole numbers", "--format=csv", path, "--token-range=5");
    assertRefused("is not a name in CQL form", "--format=csv", path, "--with-ttl=a-b");
    assertRefused(
        "--written-in says nothing without --written-after or --written-before",
        "--format=csv",
        path,
        "--written-in=all");
    assertRefused("is neither a time such as", "--format=csv", path, "--written-after=yesterday");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  private void assertRefused(String words, String... options) {
    List<String> arguments = new ArrayList<>(List.of("export", "source"));
    arguments.addAll(List.of(options));
    CapturedRun run = run(arguments.toArray(String[]::new));
    assertThat(run.err()).contains(words).doesNotContain("at io.ringhaul");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  /** Runs a command successfully on a table of the test's keyspace. */
  private static JsonNode json(String command, String table, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command, table));
    // Iceberg needs the name of the table in the warehouse.
    boolean iceberg = List.of(options).contains("--format=iceberg");
    Stream.of(options)
        .filter(option -> iceberg || !option.startsWith("--iceberg-table"))
        .forEach(arguments::add);
    arguments.add("--json");
    CapturedRun run = run(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.json();
  }

  private static CapturedRun run(String... arguments) {
    String[] all = Stream.concat(Stream.of(arguments), connection()).toArray(String[]::new);
    all[1] = keyspace + "." + all[1];
    return CapturedRun.inProcess(all);
  }

  private static Stream<String> connection() {
    return Stream.of("--contact-point=" + TestCluster.contactPoint());
  }

  private static @Nullable String name(int id) {
    Row row =
        TestCluster.session()
            .execute("SELECT name FROM " + keyspace + ".copy WHERE id = " + id)
            .one();
    return row == null ? "no row" : row.getString(0);
  }

  private static Set<String> contents(String table) {
    Set<String> contents = new TreeSet<>();
    for (Row row :
        TestCluster.session()
            .execute(
                "SELECT id, name, amount, tags, writetime(name), writetime(tags) FROM "
                    + keyspace
                    + "."
                    + table)) {
      contents.add(row.getFormattedContents());
    }
    return contents;
  }
}
