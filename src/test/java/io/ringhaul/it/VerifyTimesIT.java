package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.RepairResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyRequest;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Difference;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.formats.Format;
import io.ringhaul.table.TableSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A comparison of write times and TTLs names the cells whose times differ. */
@ClusterTest
@TestInstance(Lifecycle.PER_CLASS)
class VerifyTimesIT {

  private static final int ROWS = 500;
  private static final long WRITTEN = 1_700_000_000_000_000L;
  private static final int DAY = 86_400;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeAll
  void createTables() {
    TestCluster.define("CREATE TYPE " + keyspace + ".address (street text, town text)");
    for (String table : List.of("t", "copy")) {
      TestCluster.define(
          String.format(
              "CREATE TABLE %s.%s (p int, c int, s text static, v text, w text, m map<int, text>,"
                  + " l list<int>, a address, PRIMARY KEY (p, c))",
              keyspace, table));
    }
  }

  @BeforeEach
  void fill() {
    for (String table : List.of("t", "copy")) {
      session.execute("TRUNCATE " + keyspace + "." + table);
    }
    AsyncWrites.writeRows(
        session,
        String.format(
            "INSERT INTO %s.t (p, c, s, v, w, m, l, a) VALUES (?, ?, ?, ?, ?, ?, ?,"
                + " {street: 'x', town: 'y'}) USING TIMESTAMP %d AND TTL %d",
            keyspace, WRITTEN, DAY),
        ROWS,
        i ->
            new Object[] {
              i / 10, i % 10, "s" + i / 10, "v" + i, null, Map.of(1, "x", 2, "y"), List.of(1, 2)
            });
    AsyncWrites.writeRows(
        session,
        String.format(
            "UPDATE %s.t USING TIMESTAMP %d SET w = ? WHERE p = ? AND c = ?",
            keyspace, WRITTEN + 7),
        ROWS,
        i -> new Object[] {"w" + i, i / 10, i % 10});
    operator.importInto(keyspace, "copy").from(table("t")).execute();
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void namesTheCellsWithOtherTimesInATable() throws IOException {
    assertEqual(verify().against(table("t")).execute());
    change("UPDATE %s.copy USING TIMESTAMP %d SET w = 'w31' WHERE p = 3 AND c = 1", WRITTEN + 9);
    change(
        "UPDATE %s.copy USING TIMESTAMP %d AND TTL 8600 SET m[2] = 'y' WHERE p = 4 AND c = 4",
        WRITTEN + 1);
    change("UPDATE %s.copy USING TIMESTAMP %d SET a.town = 'y' WHERE p = 4 AND c = 5", WRITTEN + 1);
    change("UPDATE %s.copy USING TIMESTAMP %d SET l[1] = 2 WHERE p = 4 AND c = 6", WRITTEN + 1);
    change("UPDATE %s.copy USING TIMESTAMP %d SET v = 'new' WHERE p = 4 AND c = 7", WRITTEN + 1);
    // The longer of two TTLs with the same write time wins.
    change(
        "UPDATE %s.copy USING TIMESTAMP %d AND TTL 90000 SET v = 'v48' WHERE p = 4 AND c = 8",
        WRITTEN);
    Path file = folder.resolve("differences.jsonl");
    VerifyResult result = verify().against(table("t")).differencesTo(file).execute();
    assertThat(result.differences())
        .extracting(
            difference ->
                difference.key()
                    + difference.columns()
                    + difference.cells().stream().map(VerifyResult.CellDifference::cell).toList())
        .containsExactly(
            "(\"p\" = 3, \"c\" = 1)[][w]",
            "(\"p\" = 4, \"c\" = 4)[][m[2]]",
            "(\"p\" = 4, \"c\" = 5)[][a.town]",
            "(\"p\" = 4, \"c\" = 6)[][l[1]]",
            "(\"p\" = 4, \"c\" = 7)[v][v]",
            "(\"p\" = 4, \"c\" = 8)[][v]");
    assertThat(result.differences().get(0).toString())
        .isEqualTo(
            "(\"p\" = 3, \"c\" = 1) differs in the times of w (table: written 1700000000000009;"
                + " source: written 1700000000000007)");
    Difference longer = result.differences().get(5);
    VerifyResult.Times table = longer.cells().get(0).table();
    VerifyResult.Times source = longer.cells().get(0).source();
    assertThat(table.writetime()).isEqualTo(source.writetime()).hasValue(WRITTEN);
    assertThat(
            Duration.between(source.expiry().orElseThrow(), table.expiry().orElseThrow())
                .toSeconds())
        .isBetween(3_000L, 3_700L);
    assertThat(Files.readAllLines(file))
        .contains(
            "{\"kind\":\"DIFFERENT\",\"key\":\"(\\\"p\\\" = 3, \\\"c\\\" = 1)\","
                + "\"cells\":[{\"cell\":\"w\",\"table\":{\"writetime\":1700000000000009},"
                + "\"source\":{\"writetime\":1700000000000007}}]}");
    assertEqual(
        operator.verify(keyspace, "copy").columns("p", "c", "s").against(table("t")).execute());
    assertThat(operator.verify(keyspace, "copy").against(table("t")).execute().different())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void namesTheCellsWithOtherTimesInFiles(Format format) {
    Path place = folder.resolve(format.name());
    operator.export(keyspace, "t").to(format.target(place)).withWritetime().withTtl().execute();
    ImportSource files = format.source(place);
    assertEqual(verify().against(files).execute());
    change("UPDATE %s.copy USING TIMESTAMP %d SET m[2] = 'y' WHERE p = 4 AND c = 4", WRITTEN + 1);
    change("UPDATE %s.copy USING TIMESTAMP %d SET w = 'w31' WHERE p = 3 AND c = 1", WRITTEN + 9);
    assertThat(verify().against(files).execute().differences())
        .flatExtracting(Difference::cells)
        .extracting(VerifyResult.CellDifference::cell)
        .containsExactly("w", "m[2]");
    assertThat(verify().columns("p", "c", "w").against(files).execute().differences()).hasSize(1);
    assertEqual(verify().columns("p", "c", "v").against(files).execute());
    assertEqual(operator.verify(keyspace, "copy").against(files).execute());
  }

  @Test
  void comparesTheTimesThatFilesHave() {
    Path place = folder.resolve("some");
    operator.export(keyspace, "t").to(Format.CSV.target(place)).withWritetime("w").execute();
    change("UPDATE %s.copy USING TIMESTAMP %d SET v = 'v44' WHERE p = 4 AND c = 4", WRITTEN + 1);
    assertEqual(verify().against(CsvSource.at(place)).execute());
    change("UPDATE %s.copy USING TIMESTAMP %d SET w = 'w44' WHERE p = 4 AND c = 4", WRITTEN + 9);
    assertThat(verify().against(CsvSource.at(place)).execute().different()).isEqualTo(1);
  }

  /** What expired between an export and the comparison, or between two reads, is not different. */
  @Test
  void takesExpiredCellsForMissingValues() throws InterruptedException {
    change(
        "UPDATE %s.t USING TIMESTAMP %d AND TTL 8 SET w = 'short' WHERE p = 1 AND c = 1",
        WRITTEN + 9);
    change(
        "UPDATE %s.t USING TIMESTAMP %d AND TTL 8 SET m[3] = 'z' WHERE p = 1 AND c = 2",
        WRITTEN + 9);
    change(
        "INSERT INTO %s.t (p, c, v) VALUES (1000, 1, 'short') USING TIMESTAMP %d AND TTL 8",
        WRITTEN);
    Path place = folder.resolve("expiring");
    operator
        .export(keyspace, "t")
        .to(Format.PARQUET.target(place))
        .withWritetime()
        .withTtl()
        .execute();
    ImportSource files = Format.PARQUET.source(place);
    Thread.sleep(9_500);
    VerifyRequest request = operator.verify(keyspace, "t").compareCellTimes().against(files);
    assertEqual(request.execute());
    assertThat(operator.verify(keyspace, "t").against(files).execute().differences())
        .extracting(Difference::toString)
        .containsExactly(
            "(\"p\" = 1000, \"c\" = 1) is missing in the table",
            "(\"p\" = 1, \"c\" = 1) differs in w",
            "(\"p\" = 1, \"c\" = 2) differs in m");
  }

  @Test
  void repairsTimes() {
    session.execute("TRUNCATE " + keyspace + ".copy");
    change("INSERT INTO %s.copy (p, c, v) VALUES (1, 1, 'v11') USING TIMESTAMP %d", WRITTEN);
    RepairResult result =
        operator
            .repair(keyspace, "copy")
            .columns("p", "c", "v")
            .from(table("t"))
            .compareCellTimes()
            .apply()
            .execute();
    assertThat(result.found().different()).isEqualTo(1);
    assertThat(result.isEqual()).isTrue();
    assertThat(
            Objects.requireNonNull(
                    session
                        .execute("SELECT TTL(v) FROM " + keyspace + ".copy WHERE p = 1 AND c = 1")
                        .one())
                .getInt(0))
        .isPositive();
  }

  @Test
  void refusesSourcesWithoutTimes() throws IOException {
    Path file = Files.writeString(folder.resolve("rows.csv"), "p,c,v\n1,1,a\n");
    assertThatThrownBy(() -> verify().against(CsvSource.at(file)).execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("compareCellTimes needs write times or TTLs of the source")
        .hasMessageContaining("rows.csv has none");
    assertThatThrownBy(() -> verify().against(table("t").ignoreCellTimes()).execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("leave out ignoreCellTimes() there");
    Path undated = Files.writeString(folder.resolve("ttl.csv"), "p,c,v,v_ttl\n1,1,a,7\n");
    assertThatThrownBy(() -> verify().against(CsvSource.at(undated)).execute())
        .hasMessageContaining("it has no column ttl_read_at");
    assertThatThrownBy(() -> verify().columns("p", "c").against(table("t")).execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("has a write time");
    assertThatThrownBy(
            () ->
                operator
                    .repair(keyspace, "copy")
                    .from(table("t"))
                    .compareCellTimes()
                    .ignoreCellTimes()
                    .execute())
        .hasMessageContaining("compareCellTimes() does not go with ignoreCellTimes()");
  }

  /** Rows that clients wrote since are left aside; deletions since have no time. */
  @Test
  void leavesRowsAsideThatWereWrittenSince() {
    Path place = folder.resolve("since");
    operator.export(keyspace, "copy").to(Format.CSV.target(place)).execute();
    Instant moment = Instant.now();
    VerifyRequest ofTable =
        operator.verify(keyspace, "copy").against(table("t")).writtenBefore(moment);
    VerifyRequest ofFiles =
        operator.verify(keyspace, "copy").against(CsvSource.at(place)).writtenBefore(moment);
    change("UPDATE %s.copy SET w = 'newer' WHERE p = 1 AND c = 1");
    change("UPDATE %s.copy SET m[7] = 'newer' WHERE p = 1 AND c = 2");
    change("INSERT INTO %s.copy (p, c, v) VALUES (700, 1, 'newer')");
    change("UPDATE %s.copy SET s = 'newer' WHERE p = 2");
    assertEqual(ofFiles.execute());
    VerifyResult live = ofTable.execute();
    assertEqual(live);
    assertThat(live.newer()).isEqualTo(13);
    change("UPDATE %s.t SET w = 'newer' WHERE p = 5 AND c = 1");
    change("INSERT INTO %s.t (p, c, v) VALUES (701, 1, 'newer')");
    assertEqual(ofTable.execute());

    change(
        "UPDATE %s.copy USING TIMESTAMP " + (WRITTEN + 8) + " SET w = 'old' WHERE p = 9 AND c = 9");
    change("DELETE FROM %s.copy WHERE p = 8 AND c = 8");
    change("DELETE v FROM %s.copy WHERE p = 8 AND c = 7");
    change("INSERT INTO %s.copy (p, c) VALUES (702, 1)");
    List<String> left =
        List.of(
            "(\"p\" = 8, \"c\" = 8) is missing in the table",
            "(\"p\" = 702, \"c\" = 1) is not in the source",
            "(\"p\" = 8, \"c\" = 7) differs in v",
            "(\"p\" = 9, \"c\" = 9) differs in w");
    assertThat(ofTable.execute().differences()).extracting(Difference::toString).isEqualTo(left);
    assertThat(ofFiles.execute().differences()).extracting(Difference::toString).isEqualTo(left);
    assertThat(ofTable.compareCellTimes().execute().differences())
        .extracting(Difference::key)
        .containsExactly(
            "(\"p\" = 8, \"c\" = 8)",
            "(\"p\" = 702, \"c\" = 1)",
            "(\"p\" = 8, \"c\" = 7)",
            "(\"p\" = 9, \"c\" = 9)");
    assertThat(operator.verify(keyspace, "copy").against(table("t")).execute().differences())
        .hasSizeGreaterThan(15);
    assertThatThrownBy(
            () ->
                operator
                    .verify(keyspace, "copy")
                    .against(table("t").ignoreCellTimes())
                    .writtenBefore(moment)
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("writtenBefore needs the write times and TTLs of the source")
        .hasMessageContaining("leave out ignoreCellTimes() there");
  }

  private void change(String cql) {
    session.execute(String.format(cql, keyspace));
  }

  private static void assertEqual(VerifyResult result) {
    assertThat(result.differences()).isEmpty();
    assertThat(result.isEqual()).isTrue();
  }

  private VerifyRequest verify() {
    return operator.verify(keyspace, "copy").compareCellTimes();
  }

  private TableSource table(String name) {
    return TableSource.of(session, keyspace, name);
  }

  private void change(String cql, long writetime) {
    session.execute(String.format(cql, keyspace, writetime));
  }
}
