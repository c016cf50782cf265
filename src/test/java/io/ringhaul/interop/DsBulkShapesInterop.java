package io.ringhaul.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvDialect;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.it.RawTables;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Moves tables and files of special shapes between DSBulk and Ringhaul. */
@ClusterTest
class DsBulkShapesInterop {

  private static final String COLUMNS =
      "p int, c text, n int, s text static, \"Mixed, Case\" int, \"q\"\"q\" int, v text,"
          + " PRIMARY KEY (p, c, n)) WITH CLUSTERING ORDER BY (c DESC, n ASC";

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(3);

  @TempDir private Path folder;
  private Path files = Path.of("");

  @BeforeEach
  void create() {
    files = folder.resolve("files");
    for (String table : List.of("source", "clone")) {
      TestCluster.define("CREATE TABLE " + keyspace + "." + table + " (" + COLUMNS + ")");
    }
    insert("(p, c, n, s, \"Mixed, Case\", \"q\"\"q\", v) VALUES (1, 'a', 1, 'S', 1, 2, 'v')");
    insert("(p, c, n, v) VALUES (1, 'b', -1, 'w')");
    insert("(p, c, n) VALUES (2, '', 0)");
  }

  @AfterEach
  void close() {
    operator.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json"})
  void importsPartitionWithOnlyStaticColumns(String format) throws Exception {
    insert("(p, s) VALUES (3, 'only static')");
    new DsBulk(folder).unload(keyspace, "source", format, files);
    comesIn(source(format), 4);
  }

  /**
   * DSBulk does not support rows without clustering columns; it rejects the row and loads the
   * others.
   */
  @ParameterizedTest
  @ValueSource(strings = {"csv", "json"})
  void dsBulkRejectsPartitionWithOnlyStaticColumns(String format) throws Exception {
    insert("(p, s) VALUES (3, 'only static')");
    goesOut(target(format), 4);
    JavaProgram.Run run = load(format).requireExit(1);
    assertThat(Files.readString(run.err())).contains("    4 |      1 |");
    session.execute("DELETE FROM " + keyspace + ".source WHERE p = 3");
    assertSame(3);
  }

  /** By default, DSBulk reads every {@code .json} file of a folder, including the manifest. */
  @Test
  void dsBulkReadsManifestAsRecord() throws Exception {
    goesOut(JsonTarget.folder(files), 3);
    JavaProgram.Run run = new DsBulk(folder).load(keyspace, "clone", "json", files);
    assertThat(Files.readString(run.requireExit(1).err())).contains("    4 |      1 |");
    assertSame(3);
  }

  @Test
  void importsLongTexts() throws Exception {
    insertLongText();
    new DsBulk(folder).unload(keyspace, "source", "csv", files);
    comesIn(source("csv"), 4);
  }

  /** By default, DSBulk reads CSV fields of up to 4,096 characters. */
  @Test
  void exportsLongTextsWithDsBulkSetting() throws Exception {
    insertLongText();
    goesOut(target("csv"), 4);
    JavaProgram.Run refused = load("csv");
    assertThat(refused.exitCode()).isNotZero();
    assertThat(Files.readString(refused.err())).contains("4096");
    load("csv", "--connector.csv.maxCharsPerColumn", "-1").requireExit(0);
    assertSame(4);
  }

  @Test
  void exportsLongTextsInJson() throws Exception {
    insertLongText();
    goesOut(target("json"), 4);
    load("json").requireExit(0);
    assertSame(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json"})
  void importsCompressedFiles(String format) throws Exception {
    new DsBulk(folder).unload(keyspace, "source", format, files, compression(format), "gzip");
    comesIn(source(format), 3);
  }

  @Test
  void exportsCompressedFiles() throws Exception {
    goesOut(CsvTarget.folder(files).dialect(CsvDialect.DSBULK).compression(Compression.GZIP), 3);
    load("csv", compression("csv"), "gzip").requireExit(0);
    assertSame(3);
  }

  @Test
  void importsSingleArray() throws Exception {
    new DsBulk(folder)
        .unload(keyspace, "source", "json", files, "--connector.json.mode", "SINGLE_DOCUMENT");
    comesIn(source("json"), 3);
  }

  @Test
  void exportsSingleArray() throws Exception {
    goesOut(JsonTarget.folder(files).singleArray(), 3);
    load("json", "--connector.json.mode", "SINGLE_DOCUMENT").requireExit(0);
    assertSame(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json"})
  void exportsEmptyTable(String format) throws Exception {
    session.execute("TRUNCATE " + keyspace + ".source");
    goesOut(target(format), 0);
    load(format).requireExit(0);
    assertSame(0);
  }

  /**
   * For an empty table, DSBulk writes no file, not even a header; an import of the empty folder
   * fails.
   */
  @ParameterizedTest
  @ValueSource(strings = {"csv", "json"})
  void dsBulkWritesNoFileForEmptyTable(String format) throws Exception {
    session.execute("TRUNCATE " + keyspace + ".source");
    new DsBulk(folder).unload(keyspace, "source", format, files);
    try (Stream<Path> written = Files.list(files)) {
      assertThat(written).isEmpty();
    }
    assertThatThrownBy(() -> comesIn(source(format), 0))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(files.toString());
  }

  private void insert(String rest) {
    session.execute("INSERT INTO " + keyspace + ".source " + rest);
  }

  private void insertLongText() {
    session.execute(
        "INSERT INTO " + keyspace + ".source (p, c, n, v) VALUES (4, 'long', 0, ?)",
        "ab\"c,\n\\".repeat(50_000));
  }

  private ImportSource source(String format) {
    return format.equals("csv")
        ? CsvSource.at(files).dialect(CsvDialect.DSBULK)
        : JsonSource.at(files);
  }

  private ExportTarget target(String format) {
    return format.equals("csv")
        ? CsvTarget.folder(files).dialect(CsvDialect.DSBULK)
        : JsonTarget.folder(files);
  }

  private static String compression(String format) {
    return "--connector." + format + ".compression";
  }

  private JavaProgram.Run load(String format, String... more)
      throws IOException, InterruptedException {
    String[] settings =
        format.equals("csv")
            ? new String[] {"-header", "true"}
            : new String[] {"--connector.json.fileNamePattern", "**/part-*.json"};
    String[] all = Stream.of(settings, more).flatMap(Stream::of).toArray(String[]::new);
    return new DsBulk(folder).load(keyspace, "clone", format, files, all);
  }

  private void comesIn(ImportSource source, int rows) {
    assertThat(operator.importInto(keyspace, "clone").from(source).execute().rows())
        .isEqualTo(rows);
    assertSame(rows);
  }

  private void goesOut(ExportTarget target, int rows) {
    assertThat(operator.export(keyspace, "source").to(target).execute().rows()).isEqualTo(rows);
  }

  private void assertSame(int rows) {
    RawTables.assertSame(session, keyspace, "source", "clone", rows, 0);
  }
}
