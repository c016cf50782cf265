package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.Partitioning;
import io.ringhaul.RepairRequest;
import io.ringhaul.RepairResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.table.TableSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** A repair makes a table equal to its source, within what write times allow. */
@ClusterTest
@TestInstance(Lifecycle.PER_CLASS)
class RepairIT {

  private static final int ROWS = 1_000;
  private static final long WRITTEN = 1_700_000_000_000_000L;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);

  @BeforeAll
  void createTables() {
    for (String table : List.of("origin", "t")) {
      TestCluster.define(
          "CREATE TABLE "
              + keyspace
              + "."
              + table
              + " (p int, c int, s text static, v text, w text, m map<int, text>,"
              + " PRIMARY KEY (p, c))");
    }
    TestCluster.define("CREATE TABLE " + keyspace + ".hits (id int PRIMARY KEY, n counter)");
    fill("origin");
  }

  @BeforeEach
  void refill() {
    session.execute("TRUNCATE " + keyspace + ".t");
    fill("t");
  }

  private void fill(String table) {
    AsyncWrites.writeRows(
        session,
        "INSERT INTO "
            + keyspace
            + "."
            + table
            + " (p, c, s, v, w, m) VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP "
            + WRITTEN,
        ROWS,
        i ->
            new Object[] {
              i / 10, i % 10, "s" + i / 10, "v" + i, i % 2 == 0 ? null : "w", Map.of(1, "x")
            });
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @Test
  void keepsWriteTimesAndLeavesNewerValues() {
    change("DELETE FROM %s.t USING TIMESTAMP " + (WRITTEN - 1) + " WHERE p = 1 AND c = 1");
    session.execute("TRUNCATE " + keyspace + ".t");
    change("INSERT INTO %s.t (p, c, v) VALUES (2, 0, 'newer')");
    RepairResult result = repair().apply().execute();
    assertThat(result.found().missing()).isEqualTo(ROWS - 1);
    assertThat(result.written()).isEqualTo(ROWS);
    VerifyResult left = result.left().orElseThrow();
    assertThat(left.differences()).hasSize(1);
    assertThat(left.differences().get(0).toString())
        .isEqualTo("(\"p\" = 2, \"c\" = 0) differs in v");
    assertThat(result.isEqual()).isFalse();
    Row row = one("SELECT WRITETIME(v) FROM %s.t WHERE p = 1 AND c = 1");
    assertThat(row.getLong(0)).isEqualTo(WRITTEN);

    RepairResult forced = repair().ignoreCellTimes().apply().execute();
    assertThat(forced.written()).isEqualTo(1);
    assertThat(forced.isEqual()).isTrue();
    assertThat(one("SELECT v FROM %s.t WHERE p = 2 AND c = 0").getString(0)).isEqualTo("v20");
    assertThat(repair().apply().execute().left()).isEmpty();
  }

  @Test
  void deletesWhatTheSourceDoesNotHaveOnlyIfAsked() {
    change("INSERT INTO %s.t (p, c, v) VALUES (5000, 1, 'extra')");
    change("INSERT INTO %s.t (p, c, s, v) VALUES (6000, 1, 'gone', 'extra')");
    change("UPDATE %s.t SET w = 'extra' WHERE p = 3 AND c = 0");
    long later = (Instant.now().getEpochSecond() + 3_600) * 1_000_000;
    change("INSERT INTO %s.t (p, c, v) VALUES (7000, 1, 'newer') USING TIMESTAMP " + later);
    RepairResult kept = repair().apply().execute();
    assertThat(kept.deleted()).isZero();
    assertThat(kept.left().orElseThrow().extra()).isEqualTo(3);
    assertThat(kept.left().orElseThrow().different()).isEqualTo(1);

    RepairResult deleted = repair().deleteExtra().apply().execute();
    assertThat(deleted.deleted()).isEqualTo(3);
    assertThat(deleted.left().orElseThrow().differences())
        .extracting(difference -> difference.kind() + " " + difference.key())
        .contains("EXTRA (\"p\" = 7000, \"c\" = 1)")
        .allMatch(text -> text.startsWith("EXTRA"));
    assertThat(one("SELECT w FROM %s.t WHERE p = 3 AND c = 0").isNull(0)).isTrue();
    assertThat(session.execute("SELECT v FROM " + keyspace + ".t WHERE p = 5000").one()).isNull();

    // The partition of the deleted row has its static column still, as a row of its own.
    RepairResult again = repair().deleteExtra().apply().execute();
    assertThat(again.found().extra()).isEqualTo(2);
    assertThat(again.left().orElseThrow().extra()).isEqualTo(1);
  }

  @Test
  void doesNothingWithoutApply() {
    change("DELETE FROM %s.t WHERE p = 4");
    RepairResult dry = repair().deleteExtra().execute();
    assertThat(dry.found().missing()).isEqualTo(10);
    assertThat(dry.left()).isEmpty();
    assertThat(dry.written()).isZero();
    assertThat(operator.count(keyspace, "t").execute().rows()).isEqualTo(ROWS - 10);
  }

  /** The static column of the partition belongs to the row that is written. */
  @Test
  void keepsStaticColumnsOfPartitionsThatGetRows() {
    change("DELETE FROM %s.t USING TIMESTAMP " + WRITTEN + " WHERE p = 8");
    session.execute("TRUNCATE " + keyspace + ".t");
    change("INSERT INTO %s.t (p, s) VALUES (8, 's8') USING TIMESTAMP " + WRITTEN);
    assertThat(repair().deleteExtra().apply().execute().isEqual()).isTrue();
    assertThat(one("SELECT s FROM %s.t WHERE p = 8 LIMIT 1").getString(0)).isEqualTo("s8");
  }

  @Test
  void repairsSomeColumnsAndDeletesExtraRows() {
    change("INSERT INTO %s.t (p, c, v) VALUES (5000, 1, 'extra')");
    change("UPDATE %s.t SET v = NULL, w = 'other' WHERE p = 9 AND c = 1");
    RepairResult result =
        repair().columns("p", "c", "v").ignoreCellTimes().deleteExtra().apply().execute();
    assertThat(result.isEqual()).isTrue();
    assertThat(result.deleted()).isEqualTo(1);
    Row row = one("SELECT v, w FROM %s.t WHERE p = 9 AND c = 1");
    assertThat(row.getString(0)).isEqualTo("v91");
    assertThat(row.getString(1)).isEqualTo("other");
  }

  @Test
  void restoresWriteTimesOfSelectedColumnsOfFiles(@TempDir Path folder) {
    ParquetTarget target = ParquetTarget.folder(folder.resolve("origin"));
    operator.export(keyspace, "origin").to(target).withWritetime().withTtl().execute();
    change("UPDATE %s.t SET v = 'newer' WHERE p = 9 AND c = 1");
    change("DELETE FROM %s.t USING TIMESTAMP " + WRITTEN + " WHERE p = 9 AND c = 2");
    session.execute("TRUNCATE " + keyspace + ".t");
    change("UPDATE %s.t SET v = 'newer' WHERE p = 9 AND c = 1");
    RepairResult result =
        operator
            .repair(keyspace, "t")
            .from(ParquetSource.at(folder.resolve("origin")))
            .columns("p", "c", "v")
            .apply()
            .execute();
    assertThat(result.left().orElseThrow().differences())
        .extracting(Object::toString)
        .containsExactly("(\"p\" = 9, \"c\" = 1) differs in v");
    assertThat(one("SELECT WRITETIME(v) FROM %s.t WHERE p = 9 AND c = 2").getLong(0))
        .isEqualTo(WRITTEN);
  }

  @Test
  void replacesListsAndDoesNotAppendToThem() {
    for (String table : List.of("lists", "lists_origin")) {
      TestCluster.define(
          "CREATE TABLE " + keyspace + "." + table + " (id int PRIMARY KEY, v text, l list<text>)");
      change("INSERT INTO %s." + table + " (id, v, l) VALUES (1, 'a', ['x'])");
    }
    change("INSERT INTO %s.lists_origin (id, v, l) VALUES (2, 'b', ['y'])");
    TableSource origin = TableSource.of(session, keyspace, "lists_origin");
    assertThat(operator.repair(keyspace, "lists").from(origin).apply().execute().isEqual())
        .isTrue();
    change("UPDATE %s.lists_origin SET v = 'changed' WHERE id = 1");
    assertThatThrownBy(() -> operator.repair(keyspace, "lists").from(origin).apply().execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("lists that are not frozen", "ignoreCellTimes()");
    assertThat(
            operator
                .repair(keyspace, "lists")
                .from(origin)
                .ignoreCellTimes()
                .apply()
                .execute()
                .isEqual())
        .isTrue();
    assertThat(one("SELECT l FROM %s.lists WHERE id = 1").getList(0, String.class))
        .containsExactly("x");
  }

  @Test
  void isNotEqualToASourceThatRepeatsAKey(@TempDir Path folder) throws IOException {
    TestCluster.define("CREATE TABLE " + keyspace + ".few (id int PRIMARY KEY, v text)");
    Path file = Files.writeString(folder.resolve("rows.csv"), "id,v\n5,a\n5,b\n9,c\n");
    RepairResult result =
        operator.repair(keyspace, "few").from(CsvSource.at(file)).apply().execute();
    assertThat(result.left().orElseThrow().repeated()).isEqualTo(1);
    assertThat(result.isEqual()).isFalse();
  }

  /** The deletion is newer than the write times of the source. */
  @Test
  void leavesNewerDeletionsUnlessTimesAreIgnored() {
    change("DELETE FROM %s.t WHERE p = 4");
    RepairResult result = repair().apply().execute();
    assertThat(result.left().orElseThrow().missing()).isEqualTo(10);
    assertThat(repair().ignoreCellTimes().apply().execute().isEqual()).isTrue();
  }

  @Test
  void repairsFromAFile(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(folder.resolve("rows.csv"), "p,c,v\n1,1,v11\n1,2,other\n9000,1,new\n");
    RepairResult result =
        operator
            .repair(keyspace, "t")
            .from(CsvSource.at(file))
            .partitionBy(Partitioning.byKeys(CsvSource.at(keys(folder))))
            .apply()
            .execute();
    assertThat(result.found().different()).isEqualTo(1);
    assertThat(result.found().missing()).isEqualTo(1);
    assertThat(result.found().differences())
        .filteredOn(difference -> difference.kind() == Kind.EXTRA)
        .hasSize(8);
    assertThat(result.written()).isEqualTo(2);
    assertThat(one("SELECT v FROM %s.t WHERE p = 1 AND c = 2").getString(0)).isEqualTo("other");
    assertThat(one("SELECT v FROM %s.t WHERE p = 9000 AND c = 1").getString(0)).isEqualTo("new");
  }

  private static Path keys(Path folder) throws IOException {
    return Files.writeString(folder.resolve("keys.csv"), "p\n1\n9000\n");
  }

  @Test
  void refusesWhatItCannotRepair() {
    assertThatThrownBy(() -> operator.repair(keyspace, "t").execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("call from(...)");
    assertThatThrownBy(() -> repair().where("p = 1").deleteExtra().execute())
        .hasMessageContaining("deleteExtra() does not go with where");
    assertThatThrownBy(
            () ->
                operator
                    .repair(keyspace, "hits")
                    .from(TableSource.of(session, keyspace, "hits"))
                    .execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("holds counters");
  }

  private RepairRequest repair() {
    return operator.repair(keyspace, "t").from(TableSource.of(session, keyspace, "origin"));
  }

  private void change(String cql) {
    session.execute(String.format(cql, keyspace));
  }

  private Row one(String cql) {
    return Objects.requireNonNull(session.execute(String.format(cql, keyspace)).one(), cql);
  }
}
