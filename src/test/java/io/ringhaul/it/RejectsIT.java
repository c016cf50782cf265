package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows that the other side cannot hold fail the operation or are written completely to the rejects
 * file.
 */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RejectsIT {

  private static final int ROWS = 1_000;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(3);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (k text PRIMARY KEY, v int, w text)");
    TestCluster.define("CREATE TABLE " + keyspace + ".good (k text PRIMARY KEY, v int)");
    TestCluster.define("CREATE TABLE " + keyspace + ".numbers (k text PRIMARY KEY, w varint)");
    session.execute("INSERT INTO " + keyspace + ".good (k, v) VALUES ('a', 1)");
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".t (k, v, w) VALUES (?, ?, ?)");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < ROWS; i++) {
        BoundStatement row = insert.bind("k" + i, i, i % 100 == 7 ? "x\"\n" + i : "" + i);
        writes.add(i % 250 == 3 ? row.setBytesUnsafe(1, ByteBuffer.allocate(0)) : row);
      }
    }
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void rejectsCompleteExportedRows() throws IOException {
    Path rejects = folder.resolve("export.jsonl");
    ExportResult result =
        export("t").onUnrepresentable(OnUnrepresentable.REJECT).rejectsTo(rejects).execute();
    assertThat(result.rejectedRows()).isEqualTo(4);
    assertThat(result.rows()).isEqualTo(ROWS - 4);
    List<Object> keys = new ArrayList<>();
    Warehouse.inspect(
        folder,
        TableIdentifier.of("it", "t"),
        table -> {
          for (Record row : Warehouse.rows(table)) {
            assertThat("k" + row.getField("v")).isEqualTo(row.getField("k"));
            keys.add(row.getField("k"));
          }
        });
    assertThat(keys).hasSize(ROWS - 4).doesNotHaveDuplicates();
    assertThat(keys).doesNotContain("k3", "k253", "k503", "k753");
    assertThat(Files.readAllLines(rejects))
        .allMatch(line -> line.startsWith("{\"job\":\"" + result.jobId() + "\",\"partition\":"))
        .map(line -> line.replaceFirst("\"job\":\"[^\"]+\",\"partition\":[0-2],", ""))
        .containsExactlyInAnyOrder(line(3), line(253), line(503), line(753));
  }

  private String line(int i) {
    StringBuilder hex = new StringBuilder();
    ("k" + i).chars().forEach(c -> hex.append(Integer.toHexString(c)));
    StringBuilder text = new StringBuilder();
    ("" + i).chars().forEach(c -> text.append(Integer.toHexString(c)));
    return String.format(
        "{\"table\":\"%s.t\",\"column\":\"v\",\"key\":\"(\\\"k\\\" = 'k%d')\",\"reason\":\"v holds"
            + " the empty value of int (zero bytes, neither null nor a value), which only raw bytes"
            + " can represent\",\"values\":{\"k\":\"%s\",\"v\":\"\",\"w\":\"%s\"}}",
        keyspace, i, hex, text);
  }

  @Test
  void firstBadRowFailsWithoutRejectsFile() {
    Path rejects = folder.resolve("none.jsonl");
    ExportRequest good =
        export("good").onUnrepresentable(OnUnrepresentable.REJECT).rejectsTo(rejects);
    assertThat(good.execute().rejectedRows()).isZero();
    assertThat(rejects).doesNotExist();
    assertThatThrownBy(() -> export("failing", "t").execute())
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageStartingWith("Table " + keyspace + ".t, row (\"k\" = 'k");
  }

  @Test
  void unwritableRejectsFileFailsExport() {
    Path rejects = folder.resolve("missing").resolve("failed.jsonl");
    ExportRequest request =
        export("nowhere", "t").onUnrepresentable(OnUnrepresentable.REJECT).rejectsTo(rejects);
    assertThatThrownBy(request::execute)
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("Rejected rows cannot be written to " + rejects);
    assertThat(rejects).doesNotExist();
  }

  @Test
  void refusesContradictorySettings() throws IOException {
    Path there = Files.writeString(folder.resolve("there.jsonl"), "mine");
    assertThatThrownBy(() -> export("t").onUnrepresentable(OnUnrepresentable.REJECT).execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("Rejected rows need a file; set it with rejectsTo(...)");
    assertThatThrownBy(() -> export("t").rejectsTo(there).execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("rejectsTo has no effect");
    ExportRequest request =
        export("other", "t").onUnrepresentable(OnUnrepresentable.REJECT).rejectsTo(there);
    assertThatThrownBy(request::execute)
        .isInstanceOf(StorageException.class)
        .hasMessage("The file for rejected rows " + there + " exists already; name another one");
    assertThat(there).hasContent("mine");
  }

  @Test
  void rejectsImportedRecords() throws IOException {
    export("texts", "t").columns("k", "w").execute();
    Path rejects = folder.resolve("import.jsonl");
    ImportRequest request =
        operator
            .importInto(keyspace, "numbers")
            .from(IcebergSource.warehouse(folder).table("it.texts"))
            .onUnrepresentable(OnUnrepresentable.REJECT)
            .rejectsTo(rejects);
    ImportResult result = request.execute();
    assertThat(result.rejectedRows()).isEqualTo(ROWS / 100);
    assertThat(result.rows()).isEqualTo(ROWS - ROWS / 100);
    assertThat(session.execute("SELECT k FROM " + keyspace + ".numbers").all())
        .hasSize(ROWS - ROWS / 100);
    assertThat(Files.readAllLines(rejects))
        .hasSize(ROWS / 100)
        .allMatch(
            line ->
                line.matches(
                    "\\{\"job\":\""
                        + result.jobId()
                        + "\",\"partition\":\\d+,\"table\":\""
                        + keyspace
                        + "\\.numbers\",\"column\":\"w\",\"source\":\"[^\"]+\",\"row\":\\d+,"
                        + "\"reason\":\"Row"
                        + " \\d+ read from [^\"]+\\.parquet: .*\"}"));
  }

  @Test
  void dryRunFindsBadRecordsAndWritesNothing() throws IOException {
    TestCluster.define("CREATE TABLE " + keyspace + ".dry (p int PRIMARY KEY, v int)");
    Path csv = Files.writeString(folder.resolve("dry.csv"), "p,v\n1,2\n2,x\n3,4\n");
    ImportRequest request = operator.importInto(keyspace, "dry").from(CsvSource.at(csv)).dryRun();
    assertThatThrownBy(request::execute).isInstanceOf(UnrepresentableValueException.class);
    Path rejects = folder.resolve("dry.jsonl");
    ImportResult result =
        request.onUnrepresentable(OnUnrepresentable.REJECT).rejectsTo(rejects).execute();
    assertThat(result.rows()).isZero();
    assertThat(result.acceptedRows()).isEqualTo(2);
    assertThat(result.rejectedRows()).isEqualTo(1);
    assertThat(rejects).isNotEmptyFile();
    assertThat(rows("dry", "p")).isEmpty();
    assertThatThrownBy(request.createTable()::execute)
        .hasMessage("createTable and dryRun exclude each other: a dry run creates nothing");
  }

  @Test
  void rejectsRowsWithoutCompleteKey() throws IOException {
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".keys (p int, c int, s text static, v int, PRIMARY KEY (p, c))");
    Path csv =
        Files.writeString(
            folder.resolve("keys.csv"), "p,c,s,v\n1,,a,5\n2,,b,\n3,1,c,6\n,1,d,7\n4,1,e,8\n");
    ImportRequest request = operator.importInto(keyspace, "keys").from(CsvSource.at(csv));
    assertThatThrownBy(request::execute)
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessage(
            "A row for "
                + keyspace
                + ".keys has a value for \"v\" and none for its clustering columns, so that it"
                + " belongs to no row of the partition: row (\"p\" = 1, \"c\" = NULL)");
    session.execute("TRUNCATE " + keyspace + ".keys");
    Path rejects = folder.resolve("keys.jsonl");
    request.onUnrepresentable(OnUnrepresentable.REJECT).rejectsTo(rejects);
    ImportResult result = request.execute();
    assertThat(result.rows()).isEqualTo(3);
    assertThat(result.rejectedRows()).isEqualTo(2);
    assertThat(rows("keys", "p, c, s, v"))
        .containsExactlyInAnyOrder(
            "[p:2, c:NULL, s:'b', v:NULL]", "[p:3, c:1, s:'c', v:6]", "[p:4, c:1, s:'e', v:8]");
    assertThat(Files.readString(rejects))
        .contains("\"column\":\"v\"", "\"column\":\"p\"")
        .contains("it has no value for the primary key column \\\"p\\\"");

    session.execute("TRUNCATE " + keyspace + ".keys");
    Path again = folder.resolve("again.jsonl");
    result = request.columns("p", "c", "v").rejectsTo(again).execute();
    assertThat(result.rows()).isEqualTo(2);
    assertThat(result.rejectedRows()).isEqualTo(2);
    assertThat(rows("keys", "p, c, s, v"))
        .containsExactlyInAnyOrder("[p:3, c:1, s:NULL, v:6]", "[p:4, c:1, s:NULL, v:8]");
  }

  @Test
  void nextRowWritesStaticCellsAfterRejectedRow() throws IOException {
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".shared (p int, c int, s text static, l list<int> static, v int,"
            + " PRIMARY KEY (p, c))");
    Path csv =
        Files.writeString(
            folder.resolve("shared.csv"),
            "p,c,s,s_writetime,l,l_writetime,v,v_ttl\n"
                + "1,1,a,5,\"[1,2]\",\"[5,6]\",1,100\n"
                + "1,2,a,5,\"[1,2]\",\"[5,6]\",2,\n");
    ImportResult result =
        operator
            .importInto(keyspace, "shared")
            .from(CsvSource.at(csv))
            .onUnrepresentable(OnUnrepresentable.REJECT)
            .rejectsTo(folder.resolve("shared.jsonl"))
            .execute();
    assertThat(result.rows()).isEqualTo(1);
    assertThat(result.rejectedRows()).isEqualTo(1);
    assertThat(rows("shared", "p, c, s, WRITETIME(s) AS w, l, v"))
        .containsExactly("[p:1, c:2, s:'a', w:5, l:[1,2], v:2]");
  }

  @Test
  void staticCellsSurviveRowRejectedByCluster() throws IOException {
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".refused (p int, c text, s text static, v int, PRIMARY KEY (p, c))");
    String wide = "c".repeat(70_000);
    Path csv =
        Files.writeString(
            folder.resolve("refused.csv"),
            "p,c,s,s_writetime,v,v_writetime\n"
                + String.format("1,%s,a,5,1,6\n", wide)
                + "1,x,a,5,2,7\n"
                + String.format("2,%s,b,8,3,9\n", wide)
                + "3,,d,10,,\n");
    ImportResult result =
        operator
            .importInto(keyspace, "refused")
            .from(CsvSource.at(csv))
            .onUnrepresentable(OnUnrepresentable.REJECT)
            .rejectsTo(folder.resolve("refused.jsonl"))
            .execute();
    assertThat(result.rows()).isEqualTo(2);
    assertThat(result.rejectedRows()).isEqualTo(2);
    assertThat(rows("refused", "p, c, s, WRITETIME(s) AS ws, v, WRITETIME(v) AS wv"))
        .containsExactlyInAnyOrder(
            "[p:1, c:'x', s:'a', ws:5, v:2, wv:7]",
            "[p:2, c:NULL, s:'b', ws:8, v:NULL, wv:NULL]",
            "[p:3, c:NULL, s:'d', ws:10, v:NULL, wv:NULL]");
  }

  private List<String> rows(String table, String columns) {
    return session.execute("SELECT " + columns + " FROM " + keyspace + "." + table).all().stream()
        .map(Row::getFormattedContents)
        .toList();
  }

  private ExportRequest export(String table) {
    return export(table, table);
  }

  private ExportRequest export(String name, String table) {
    return operator
        .export(keyspace, table)
        .taskCount(3)
        .to(IcebergTarget.warehouse(folder).table("it." + name));
  }
}
