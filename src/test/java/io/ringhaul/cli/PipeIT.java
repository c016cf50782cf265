package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.ValuesTable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests exports to standard output and imports from standard input with real pipes. */
@ClusterTest
class PipeIT {

  private static final int ROWS = 20_000;
  private static final long SECONDS = 90;

  private static String keyspace = "";

  @TempDir private Path folder;

  private Path program;

  @BeforeAll
  static void fill() {
    keyspace =
        ValuesTable.create("copy", ROWS, row -> "value " + row + " with, \"quotes\"\nand a line");
  }

  @BeforeEach
  void install() throws IOException {
    program =
        CommandProcess.installIn(
            Files.createDirectory(folder.resolve("bin")),
            Files.createDirectory(folder.resolve("home")));
    TestCluster.session().execute("TRUNCATE " + keyspace + ".copy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "csv --compression=zstd", "json --compression=gzip"})
  void pipeCopiesTable(String format) throws Exception {
    List<Process> pipeline =
        ProcessBuilder.startPipeline(
            List.of(
                command("export", "t", "--format=" + format, "--path=-"),
                command("import", "copy", "--format=" + format, "--path=-")));
    assertEnded(pipeline.get(0), 0);
    assertEnded(pipeline.get(1), 0);
    assertThat(values("copy")).isEqualTo(values("t")).hasSize(ROWS);
    assertThat(err("export"))
        .contains(String.format("export %s.t: %,d rows in ", keyspace, ROWS))
        .containsPattern("\n  location +standard output\n");
    assertThat(folder.resolve("home/.ringhaul")).as("no job").doesNotExist();
  }

  @Test
  void readerThatStopsEndsExportQuietly() throws Exception {
    CapturedRun run =
        CommandProcess.shell(
                program,
                "{ ringhaul export "
                    + keyspace
                    + ".t --format=json --path=- --contact-point="
                    + TestCluster.contactPoint()
                    + "; echo exit code $? >&2; } | head -n 10")
            .ended();
    assertThat(run.out().lines()).hasSize(10).allMatch(line -> line.startsWith("{\"id\":"));
    assertThat(run.err()).isEqualTo("exit code 141\n");
  }

  @Test
  void fullDiskIsTold() throws Exception {
    CapturedRun run =
        CommandProcess.shell(
                program,
                "ringhaul export "
                    + keyspace
                    + ".t --format=csv --path=- --contact-point="
                    + TestCluster.contactPoint()
                    + " > /dev/full")
            .ended();
    assertThat(run.exitCode()).isOne();
    assertThat(run.err())
        .startsWith("ringhaul: Writing to the output stream failed: the disk is full")
        .doesNotContain("\tat ");
  }

  @Test
  void slowReaderSlowsScan() throws Exception {
    Process export = command("export", "t", "--format=json", "--path=-", "--json").start();
    // The pipe and the pages in flight hold a part of the table only.
    assertThat(export.waitFor(8, TimeUnit.SECONDS)).isFalse();
    assertThat(new String(export.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
        .hasSize(ROWS);
    assertEnded(export, 0);
    assertThat(err("export")).contains("\"rows\":" + ROWS);
  }

  @Test
  void duckDbReadsExportedStreams() throws Exception {
    Path csv = folder.resolve("rows.csv");
    Path json = folder.resolve("rows.json");
    Path array = folder.resolve("array.json");
    assertEnded(to(csv, command("export", "t", "--format=csv", "--path=-")), 0);
    assertEnded(to(json, command("export", "t", "--format=json", "--path=-")), 0);
    assertEnded(to(array, command("export", "t", "--format=json --single-array", "--path=-")), 0);
    Map<Integer, String> expected = values("t");
    assertThat(duckDb("read_csv('" + csv + "', header = true)")).isEqualTo(expected);
    assertThat(duckDb("read_json('" + json + "', format = 'newline_delimited')"))
        .isEqualTo(expected);
    assertThat(duckDb("read_json('" + array + "', format = 'array')")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json"})
  void rowsAreImportedWhilePipeStaysOpen(String format) throws Exception {
    Process process = command("import", "copy", "--format=" + format, "--path=-").start();
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write(bytes(format.equals("csv") ? "id,v\n1,a\n" : "{\"id\":1,\"v\":\"a\"}\n"));
      pipe.flush();
      awaitValues(Map.of(1, "a"));
      pipe.write(bytes(format.equals("csv") ? "2,b\n" : "{\"id\":2,\"v\":\"b\"}\n"));
      pipe.flush();
      awaitValues(Map.of(1, "a", 2, "b"));
      assertThat(process.isAlive()).isTrue();
    }
    assertEnded(process, 0);
    assertThat(out("import")).startsWith("import " + keyspace + ".copy: 2 rows in ");
  }

  @Test
  void rejectsNameLines() throws Exception {
    Path rejects = folder.resolve("rejects.jsonl");
    Process process =
        command(
                "import",
                "copy",
                "--format=csv",
                "--path=-",
                "--on-unrepresentable=reject",
                "--rejects=" + rejects)
            .start();
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write(bytes("id,v\n1,a\n2,b,c\n\"3\",\"d\nd\"\nfour,e\n5,f\n"));
    }
    assertEnded(process, 0);
    assertThat(values("copy")).isEqualTo(Map.of(1, "a", 3, "d\nd", 5, "f"));
    assertThat(Files.readAllLines(rejects))
        .satisfiesExactly(
            line -> assertThat(line).contains("(line 3) of the input stream"),
            line -> assertThat(line).contains("(line 6) of the input stream"));
    assertThat(folder.resolve("rejects.records.csv")).hasContent("id,v\n2,b,c\nfour,e\n");
  }

  @Test
  void deletionReadsKeysFromStandardInput() throws Exception {
    TestCluster.session().execute("INSERT INTO " + keyspace + ".copy (id, v) VALUES (1, 'a')");
    TestCluster.session().execute("INSERT INTO " + keyspace + ".copy (id, v) VALUES (2, 'b')");
    Process delete = command("delete", "copy", "--format=csv", "--path=-", "--apply").start();
    delete.getOutputStream().write(bytes("id\n2\n"));
    delete.getOutputStream().close();
    assertEnded(delete, 0);
    assertThat(values("copy")).isEqualTo(Map.of(1, "a"));
  }

  @Test
  void emptyStreamHasNoHeader() throws Exception {
    Process process = command("import", "copy", "--format=csv", "--path=-").start();
    process.getOutputStream().close();
    assertEnded(process, 1);
    assertThat(err("import"))
        .isEqualTo(
            "ringhaul: The input stream cannot be read as CSV: it has no header line. Check the"
                + " delimiter and the dialect, or read it without header and name its columns\n");
  }

  @Test
  void refusesWhatStreamCannotHave() {
    assertRefused("export", "--mode=overwrite", "--mode is for a folder");
    assertRefused("export", "--max-file-size=1m", "--max-file-size is for a folder of files");
    assertRefused("export", "--max-disk=1g", "--max-disk is for files");
    assertRefused("export", "--verify", "standard output took cannot be read again");
    assertRefused("export", "--resume", "an export to standard output is none");
    assertRefused("import", "--resume", "an import from standard input is none");
    assertRefused("import", "--verify", "standard input cannot be read again");
    assertRefused("verify", "--quiet", "A comparison reads its source more than once");
    assertRefused("repair", "--apply", "A comparison reads its source more than once");
    assertRefused("delete", "--apply --resume", "keys from standard input is none");
    CapturedRun parquet =
        CapturedRun.inProcess("export", keyspace + ".t", "--format=parquet", "--path=-");
    assertThat(parquet.exitCode()).isEqualTo(2);
    assertThat(parquet.err()).contains("--path=- is for an export or import with --format json");
    CapturedRun pattern =
        CapturedRun.inProcess("export", keyspace + ".*", "--format=csv", "--path=-");
    assertThat(pattern.err()).contains("--path=- is for one table");
  }

  private static void assertRefused(String command, String option, String message) {
    List<String> words = new ArrayList<>(List.of(command, keyspace + ".t", "--format=csv"));
    words.add("--path=-");
    words.addAll(List.of(option.split(" ")));
    CapturedRun run = CapturedRun.inProcess(words.toArray(String[]::new));
    assertThat(run.exitCode()).as(option).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(message);
  }

  private ProcessBuilder command(String name, String table, String... options) {
    List<String> words = new ArrayList<>();
    words.add(program.resolve("ringhaul").toString());
    words.addAll(List.of(name, keyspace + "." + table));
    words.add("--contact-point=" + TestCluster.contactPoint());
    for (String option : options) {
      words.addAll(List.of(option.split(" ")));
    }
    ProcessBuilder command =
        new ProcessBuilder(words).redirectError(folder.resolve(name + ".err").toFile());
    return name.equals("import")
        ? command.redirectOutput(folder.resolve(name + ".out").toFile())
        : command;
  }

  private static Process to(Path file, ProcessBuilder command) throws IOException {
    return command.redirectOutput(file.toFile()).start();
  }

  private void assertEnded(Process process, int exitCode) throws Exception {
    try {
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    StringBuilder told = new StringBuilder();
    for (String command : List.of("export", "import", "delete")) {
      told.append(Files.exists(folder.resolve(command + ".err")) ? err(command) : "");
    }
    assertThat(process.exitValue()).as(told.toString()).isEqualTo(exitCode);
    assertThat(told.toString()).doesNotContain("\tat ");
  }

  private String err(String command) throws IOException {
    return Files.readString(folder.resolve(command + ".err"));
  }

  private String out(String command) throws IOException {
    return Files.readString(folder.resolve(command + ".out"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void awaitValues(Map<Integer, String> expected) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!values("copy").equals(expected) && System.nanoTime() < end) {
      Thread.sleep(100);
    }
    assertThat(values("copy")).isEqualTo(expected);
  }

  private static Map<Integer, String> values(String table) {
    Map<Integer, String> values = new TreeMap<>();
    for (Row row : TestCluster.session().execute("SELECT id, v FROM " + keyspace + "." + table)) {
      values.put(row.getInt("id"), row.getString("v"));
    }
    return values;
  }

  private static Map<Integer, String> duckDb(String source) throws SQLException {
    Map<Integer, String> values = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, v FROM " + source)) {
      while (rows.next()) {
        values.put(rows.getInt(1), rows.getString(2));
      }
    }
    return values;
  }
}
