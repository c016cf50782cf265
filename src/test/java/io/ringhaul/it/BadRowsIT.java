package io.ringhaul.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.RowRejectedException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.TooManyRejectsException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.formats.BadRows;
import io.ringhaul.formats.BadRows.Bad;
import io.ringhaul.json.JsonSource;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.seeds.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Imports reject single bad rows, write all others, and accept the corrected rejects. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadRowsIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MEBIBYTE = 1 << 20;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(BadRows.ddl(keyspace, "bad"));
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".wide (p int, c text, v text, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".large (p int, c int, v text, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".numbers (id int PRIMARY KEY, v int)"));
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void rejectsBadRowsOfLargeImportAndAcceptsCorrections() throws IOException {
    long seed = Seeds.next();
    Path file = folder.resolve("rows.csv");
    BadRows rows = BadRows.write(file, seed);
    Path rejects = folder.resolve("bad.jsonl");

    ImportResult result = rejecting("bad", CsvSource.at(file), rejects).execute();

    assertThat(result.rowsRead()).as("seed %d", seed).isEqualTo(BadRows.ROWS);
    assertThat(result.rejectedRows()).isEqualTo(BadRows.BAD);
    assertThat(result.rows()).isEqualTo(BadRows.ROWS - BadRows.BAD);
    assertThat(result.acceptedRows() + result.rejectedRows()).isEqualTo(result.rowsRead());
    requireGoodRows(rows);
    Map<Long, JsonNode> told = new TreeMap<>();
    for (String line : Files.readAllLines(rejects)) {
      JsonNode node = JSON.readTree(line);
      told.put(node.path("line").asLong(), node);
    }
    assertThat(told.keySet()).as("seed %d", seed).isEqualTo(rows.badByLine().keySet());
    for (Map.Entry<Long, Bad> each : rows.badByLine().entrySet()) {
      JsonNode node = Objects.requireNonNull(told.get(each.getKey()));
      Bad bad = each.getValue();
      assertThat(node.path("source").asText()).isEqualTo(file.toString());
      assertThat(node.path("column").asText(null)).isEqualTo(bad.fault().column());
      assertThat(node.path("reason").asText()).isNotEmpty();
      assertThat(node.path("table").asText()).isEqualTo(keyspace + ".bad");
    }

    Path records = folder.resolve("bad.records.csv");
    String header = String.join(",", BadRows.COLUMNS) + "\n";
    ByteArrayOutputStream asTheyWere = new ByteArrayOutputStream();
    StringBuilder corrected = new StringBuilder(header);
    asTheyWere.writeBytes(header.getBytes(UTF_8));
    for (Bad bad : rows.badByLine().values()) {
      asTheyWere.writeBytes(bad.text());
      asTheyWere.write('\n');
      corrected.append(BadRows.good(bad.number())).append('\n');
    }
    assertThat(Files.readAllBytes(records)).isEqualTo(asTheyWere.toByteArray());

    Path again = folder.resolve("corrected.csv");
    Files.writeString(again, corrected);
    ImportResult rest = operator.importInto(keyspace, "bad").from(CsvSource.at(again)).execute();
    assertThat(rest.rows()).isEqualTo(BadRows.BAD);
    assertThat(rest.rowsRead()).isEqualTo(BadRows.BAD);
    assertThat(count("bad")).isEqualTo(BadRows.ROWS);
    for (Bad bad : rows.badByLine().values()) {
      Row row =
          session
              .execute(
                  SimpleStatement.newInstance(select() + " WHERE k = ?", BadRows.key(bad.number())))
              .one();
      requireRow(bad.number(), Objects.requireNonNull(row));
    }
  }

  private long count(String table) {
    return operator.count(keyspace, table).execute().rows();
  }

  private String select() {
    return "SELECT " + String.join(", ", BadRows.COLUMNS) + " FROM " + keyspace + ".bad";
  }

  private static void requireRow(int number, Row row) {
    List<@Nullable ByteBuffer> expected = BadRows.values(number);
    for (int i = 0; i < expected.size(); i++) {
      if (!Objects.equals(row.getBytesUnsafe(i), expected.get(i))) {
        throw new AssertionError("row " + number + ", " + BadRows.COLUMNS.get(i));
      }
    }
  }

  private void requireGoodRows(BadRows rows) {
    Set<Integer> bad = new HashSet<>();
    rows.badByLine().values().forEach(each -> bad.add(each.number()));
    int found = 0;
    for (Row row : session.execute(SimpleStatement.newInstance(select()).setPageSize(5_000))) {
      int number =
          Integer.parseInt(Objects.requireNonNull(row.getString("k")).substring("key-".length()));
      if (bad.contains(number)) {
        throw new AssertionError("row " + number + " is bad");
      }
      requireRow(number, row);
      found++;
    }
    assertThat(found).isEqualTo(BadRows.ROWS - BadRows.BAD);
  }

  @Test
  void rowRejectedByClusterDoesNotAffectItsBatch() throws IOException {
    Path file = folder.resolve("wide.csv");
    String tooLong = "c".repeat(70_000);
    StringBuilder text = new StringBuilder("p,c,v\n");
    for (int c = 0; c < 100; c++) {
      text.append("1,").append(c == 41 ? tooLong : "c" + c).append(",v").append(c).append('\n');
    }
    Files.writeString(file, text);
    Path rejects = folder.resolve("wide.jsonl");

    ImportResult result =
        rejecting("wide", CsvSource.at(file), rejects).maxBatchBytes(MEBIBYTE).execute();

    assertThat(result.rows()).isEqualTo(99);
    assertThat(result.rejectedRows()).isEqualTo(1);
    assertThat(result.rowsRead()).isEqualTo(100);
    assertThat(session.execute("SELECT c, v FROM " + keyspace + ".wide WHERE p = 1").all())
        .hasSize(99)
        .allSatisfy(
            row -> assertThat("v" + row.getString(0).substring(1)).isEqualTo(row.getString(1)));
    List<String> lines = Files.readAllLines(rejects);
    assertThat(lines).hasSize(1);
    JsonNode line = JSON.readTree(lines.get(0));
    assertThat(line.path("line").asInt()).isEqualTo(43);
    assertThat(line.path("key").asText()).isEqualTo("(\"p\" = 1, \"c\" = '" + tooLong + "')");
    assertThat(line.path("reason").asText())
        .startsWith("The cluster refuses the row: InvalidQueryException: ")
        .contains("70000");
    assertThat(line.path("values").path("v").asText()).isEqualTo("763431");
    assertThat(folder.resolve("wide.records.csv")).hasContent("p,c,v\n1," + tooLong + ",v41\n");

    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "wide")
                    .from(CsvSource.at(file))
                    .maxBatchBytes(MEBIBYTE)
                    .execute())
        .isInstanceOf(RowRejectedException.class)
        .hasMessageStartingWith(
            "The cluster refuses a row for " + keyspace + ".wide, (p = 1, c = 'ccc");
  }

  @Test
  void writesOversizedBatchRowByRow() throws IOException {
    Path file = folder.resolve("large.csv");
    StringBuilder text = new StringBuilder("p,c,v\n");
    for (int c = 0; c < 18; c++) {
      int size = c == 7 ? 17 * MEBIBYTE : MEBIBYTE;
      text.append("1,").append(c).append(',');
      text.append(Character.toString('a' + c).repeat(size)).append('\n');
    }
    Files.writeString(file, text);
    Path rejects = folder.resolve("large.jsonl");
    ImportResult result =
        rejecting("large", CsvSource.at(file), rejects).maxBatchBytes(64 * MEBIBYTE).execute();
    assertThat(result.rows()).isEqualTo(17);
    assertThat(result.rejectedRows()).isEqualTo(1);
    assertThat(result.retries()).isZero();
    for (int c = 0; c < 18; c++) {
      Row row =
          session.execute("SELECT v FROM " + keyspace + ".large WHERE p = 1 AND c = " + c).one();
      if (c == 7) {
        assertThat(row).isNull();
      } else {
        assertThat(row.getString(0)).isEqualTo(Character.toString('a' + c).repeat(MEBIBYTE));
      }
    }
  }

  @Test
  void tooManyRejectsFailImport() throws IOException {
    Path file = folder.resolve("numbers.csv");
    StringBuilder text = new StringBuilder("id,v\n");
    for (int i = 0; i < 2_000; i++) {
      text.append(i).append(i % 40 == 39 ? ",x" : ",").append(i).append('\n');
    }
    Files.writeString(file, text);
    Path ten = folder.resolve("ten.jsonl");
    TooManyRejectsException failure =
        catchThrowableOfType(
            TooManyRejectsException.class,
            () -> numbers(file).rejectsTo(ten).maxErrors(10).execute());
    assertThat(failure)
        .hasMessageStartingWith(
            "11 of 440 rows read were rejected, but maxErrors allows 10; "
                + ten
                + " has the rejected rows and the reasons");
    assertThat(failure.rejectedRows()).isEqualTo(11);
    assertThat(Files.readAllLines(ten)).hasSize(11);
    assertThat(Files.readAllLines(folder.resolve("ten.records.csv"))).hasSize(12);

    Path share = folder.resolve("share.jsonl");
    assertThatThrownBy(() -> numbers(file).rejectsTo(share).maxErrorShare(0.024).execute())
        .isInstanceOf(TooManyRejectsException.class)
        .hasMessageStartingWith(
            "3 of 120 rows read were rejected, but maxErrorShare allows 2.4 %;");
    assertThat(Files.readAllLines(share)).hasSize(3);

    Path all = folder.resolve("all.jsonl");
    ImportResult result = numbers(file).rejectsTo(all).maxErrors(50).maxErrorShare(0.025).execute();
    assertThat(result.rejectedRows()).isEqualTo(50);
    assertThat(result.rowsRead()).isEqualTo(2_000);

    Path few = folder.resolve("few.csv");
    Files.writeString(few, "id,v\n1,1\n2,x\n3,3\n");
    Path fewRejects = folder.resolve("few.jsonl");
    assertThatThrownBy(() -> numbers(few).rejectsTo(fewRejects).maxErrorShare(0.3).execute())
        .isInstanceOf(TooManyRejectsException.class)
        .hasMessageStartingWith("1 of 3 rows read were rejected, but maxErrorShare allows 30 %;");
    assertThat(Files.readAllLines(fewRejects)).hasSize(1);
  }

  @Test
  void binaryRecordsAreRejectedAsJsonLines() throws IOException {
    session.execute("INSERT INTO " + keyspace + ".wide (p, c, v) VALUES (7, 'short', 'one')");
    Path parquet = folder.resolve("parquet");
    operator.export(keyspace, "wide").to(ParquetTarget.folder(parquet)).where("p = 7").execute();
    TestCluster.define("CREATE TABLE " + keyspace + ".keyed (c text PRIMARY KEY, p int, v text)");
    session.execute("INSERT INTO " + keyspace + ".wide (p, c, v) VALUES (7, '', 'two')");
    Path both = folder.resolve("both");
    operator.export(keyspace, "wide").to(ParquetTarget.folder(both)).where("p = 7").execute();
    Path rejects = folder.resolve("keyed.jsonl");
    ImportResult result = rejecting("keyed", ParquetSource.at(both), rejects).execute();
    assertThat(result.rows()).isEqualTo(1);
    assertThat(result.rejectedRows()).isEqualTo(1);
    Path records = folder.resolve("keyed.records.jsonl");
    List<String> lines = Files.readAllLines(records);
    assertThat(lines).hasSize(1);
    assertThat(JSON.readTree(lines.get(0)))
        .isEqualTo(JSON.readTree("{\"p\":7,\"c\":\"\",\"v\":\"two\"}"));
    Files.writeString(
        folder.resolve("keyed.json"), lines.get(0).replace("\"\"", "\"filled\"") + "\n");
    assertThat(
            operator
                .importInto(keyspace, "keyed")
                .from(JsonSource.at(folder.resolve("keyed.json")))
                .execute()
                .rows())
        .isEqualTo(1);
    assertThat(session.execute("SELECT v FROM " + keyspace + ".keyed WHERE c = 'filled'").one())
        .satisfies(row -> assertThat(row.getString(0)).isEqualTo("two"));

    Files.delete(rejects);
    assertThatThrownBy(() -> rejecting("keyed", ParquetSource.at(both), rejects).execute())
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The file for rejected records " + records + " exists already; name another one");
  }

  private ImportRequest numbers(Path file) {
    return operator.importInto(keyspace, "numbers").from(CsvSource.at(file));
  }

  private ImportRequest rejecting(String table, ImportSource source, Path rejects) {
    return operator
        .importInto(keyspace, table)
        .from(source)
        .onUnrepresentable(OnUnrepresentable.REJECT)
        .rejectsTo(rejects);
  }
}
