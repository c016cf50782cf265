package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.RepairResult;
import io.ringhaul.SmallPasses;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.VerifyRequest;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Difference;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.cql.RandomTable;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.seeds.Seeds;
import io.ringhaul.table.TableSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A comparison names exactly the rows that differ. {@code -Dringhaul.it.verify=...} sets the number
 * of generated tables.
 */
@ClusterTest
@TestInstance(Lifecycle.PER_CLASS)
class VerifyIT {

  private static final int TABLES = Integer.getInteger("ringhaul.it.verify", 12);
  private static final int CHANGES = 4;
  private static final int ROWS = 2_000;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeAll
  void createTables() {
    for (String table : List.of("t", "copy", "wide", "wide_copy")) {
      TestCluster.define(
          "CREATE TABLE "
              + keyspace
              + "."
              + table
              + " (p int, c int, v text, l list<int>, PRIMARY KEY (p, c))");
      boolean isWide = table.startsWith("wide");
      AsyncWrites.writeRows(
          session,
          "INSERT INTO " + keyspace + "." + table + " (p, c, v, l) VALUES (?, ?, ?, ?)",
          ROWS,
          i -> new Object[] {isWide ? 1 : i, i, "value " + i, List.of(i)});
    }
  }

  @AfterAll
  void close() {
    operator.close();
  }

  /** Each table is compared with one format, or with another table; they alternate. */
  static Stream<Arguments> tables() {
    List<@Nullable Format> sources = new ArrayList<>(List.of(Format.values()));
    sources.add(null);
    return LongStream.range(0, TABLES)
        .mapToObj(i -> Arguments.of(Seeds.next(), sources.get((int) (i % sources.size()))));
  }

  @ParameterizedTest(name = "seed {0} against {1}")
  @MethodSource("tables")
  void namesExactlyTheChangedRows(long seed, @Nullable Format format) {
    String own = TestCluster.newKeyspace(1);
    RandomTable random =
        new RandomTable(
            own,
            "source",
            new Random(seed),
            format == null ? Format.CSV.nans() : format.nans(),
            TestCluster.hasVectors());
    TableDescription table = random.description();
    TableSchema schema = TableSchema.of(table, table.columns());
    List<String> ddl = new ArrayList<>(schema.createTypes(own));
    ddl.add(schema.createTable(own, "source"));
    TestCluster.define(ddl);
    RandomTablesIT.insert(session, random);
    List<List<@Nullable ByteBuffer>> rows = rows(table);
    ImportSource source = kept(own, schema, format);
    VerifyResult same = operator.verify(own, "source").against(source).execute();
    assertThat(same.differences()).as("seed %d", seed).isEmpty();
    assertThat(same.isEqual()).as("seed %d", seed).isTrue();
    assertThat(same.sourceRows()).isEqualTo(same.rows()).isEqualTo(RandomTablesIT.ROWS);

    List<Difference> expected = change(table, rows, seed);
    VerifyResult changed = operator.verify(own, "source").against(source).execute();
    assertThat(changed.differences())
        .as("seed %d", seed)
        .filteredOn(difference -> difference.kind() != Kind.EXTRA || !table.hasStatics())
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(changed.isEqual()).isFalse();

    RepairResult dry = operator.repair(own, "source").from(source).deleteExtra().execute();
    assertThat(dry.found().differences()).isEqualTo(changed.differences());
    assertThat(dry.left()).isEmpty();
    assertThat(dry.written()).isZero();
    RepairResult repaired =
        operator.repair(own, "source").from(source).deleteExtra().apply().execute();
    assertThat(repaired.left().orElseThrow().differences()).as("seed %d", seed).isEmpty();
    assertThat(repaired.isEqual()).as("seed %d", seed).isTrue();
    assertThat(operator.verify(own, "source").against(source).execute().isEqual())
        .as("seed %d", seed)
        .isTrue();
  }

  /** The rows as the server returns them, such as collections in its order. */
  private List<List<@Nullable ByteBuffer>> rows(TableDescription table) {
    String columns =
        table.columns().stream()
            .map(column -> TableDescription.quote(column.name()))
            .collect(Collectors.joining(", "));
    List<List<@Nullable ByteBuffer>> rows = new ArrayList<>();
    for (Row row : session.execute("SELECT " + columns + " FROM " + table.cql())) {
      List<@Nullable ByteBuffer> values = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        values.add(row.getBytesUnsafe(i));
      }
      rows.add(values);
    }
    return rows;
  }

  /** The rows as they are now, in files or in a second table. */
  private ImportSource kept(String own, TableSchema schema, @Nullable Format format) {
    if (format == null) {
      TestCluster.define(schema.createTable(own, "kept"));
      TableSource rows = TableSource.of(session, own, "source").ignoreCellTimes();
      operator.importInto(own, "kept").from(rows).execute();
      return TableSource.of(session, own, "kept").ignoreCellTimes();
    }
    Path place = folder.resolve(own);
    operator.export(own, "source").to(format.target(place)).execute();
    return format.source(place);
  }

  /** Deletes some rows and some cells of others. */
  private List<Difference> change(
      TableDescription table, List<List<@Nullable ByteBuffer>> rows, long seed) {
    TableDescription known =
        new TableLookup(session)
            .readable(
                CqlIdentifier.fromInternal(table.keyspace()),
                CqlIdentifier.fromInternal(table.name()));
    // Its types are attached to the session, so that keys can be printed.
    RowKey keys =
        new RowKey(
            known,
            table.columns().stream()
                .map(column -> known.column(column.name()).orElseThrow())
                .toList());
    List<List<@Nullable ByteBuffer>> chosen = new ArrayList<>(rows);
    Collections.shuffle(chosen, new Random(seed));
    List<Difference> expected = new ArrayList<>();
    for (int i = 0; i < 2 * CHANGES; i++) {
      List<@Nullable ByteBuffer> row = chosen.get(i);
      List<String> cells =
          IntStream.range(0, row.size())
              .filter(at -> row.get(at) != null)
              .mapToObj(at -> table.columns().get(at))
              .filter(column -> column.kind() == ColumnDescription.Kind.REGULAR)
              .map(ColumnDescription::name)
              .toList();
      if (i < CHANGES) {
        delete(table, row, "");
        expected.add(new Difference(Kind.MISSING, keys.text(row::get), List.of(), List.of()));
      } else if (!cells.isEmpty()) {
        delete(table, row, TableDescription.quote(cells.get(0)));
        expected.add(
            new Difference(Kind.DIFFERENT, keys.text(row::get), List.of(cells.get(0)), List.of()));
      }
    }
    return expected;
  }

  private void delete(TableDescription table, List<@Nullable ByteBuffer> row, String what) {
    String condition =
        table.primaryKey().stream()
            .map(column -> TableDescription.quote(column.name()) + " = ?")
            .collect(Collectors.joining(" AND "));
    BoundStatement statement =
        session.prepare("DELETE " + what + " FROM " + table.cql() + " WHERE " + condition).bind();
    for (int i = 0; i < table.primaryKey().size(); i++) {
      int at = table.columns().indexOf(table.primaryKey().get(i));
      statement = statement.setBytesUnsafe(i, row.get(at));
    }
    session.execute(statement);
  }

  @Test
  void tellsWhatIsMissingExtraDifferentAndRepeated() throws IOException {
    Path file = folder.resolve("rows.csv");
    operator.export(keyspace, "t").to(CsvTarget.folder(folder.resolve("t"))).execute();
    try (Stream<Path> parts = Files.list(folder.resolve("t"))) {
      List<String> lines = new ArrayList<>(List.of("p,c,l,v"));
      for (Path part : parts.filter(each -> each.toString().endsWith(".csv")).toList()) {
        List<String> rows = Files.readAllLines(part);
        lines.addAll(rows.subList(1, rows.size()));
      }
      lines.removeIf(line -> line.startsWith("5,"));
      lines.replaceAll(line -> line.startsWith("6,") ? line.replace("value 6", "other") : line);
      lines.add("7,7,[7],again");
      lines.add("-1,0,[],new");
      Files.write(file, lines);
    }
    VerifyResult result = verify("t").against(CsvSource.at(file)).execute();
    assertThat(result.differences())
        .extracting(Difference::toString)
        .containsExactly(
            "(\"p\" = -1, \"c\" = 0) is missing in the table",
            "(\"p\" = 5, \"c\" = 5) is not in the source",
            "(\"p\" = 6, \"c\" = 6) differs in v",
            "(\"p\" = 7, \"c\" = 7) is in the source again");
    assertThat(List.of(result.missing(), result.extra(), result.different(), result.repeated()))
        .containsOnly(1L);
    assertThat(result.isComplete()).isTrue();
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.sourceRows()).isEqualTo(ROWS + 1);
    assertThat(verify("t").columns("p", "c").against(CsvSource.at(file)).execute().different())
        .isZero();
  }

  @Test
  void namesAsManyDifferencesAsAsked() {
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".none (p int, c int, v text, l list<int>, PRIMARY KEY (p, c))");
    VerifyResult result =
        verify("t").against(TableSource.of(session, keyspace, "none")).maxDifferences(10).execute();
    assertThat(result.differences()).hasSize(10);
    assertThat(result.extra()).isEqualTo(ROWS);
    assertThat(result.isComplete()).isTrue();
  }

  @Test
  void searchInPassesEndsWhenThereAreTooManyDifferences() {
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".empty (p int, c int, v text, PRIMARY KEY (p, c))");
    TableSource other = TableSource.of(session, keyspace, "copy").ignoreCellTimes();
    VerifyRequest request =
        operator.verify(keyspace, "empty").columns("p", "c").against(other).maxDifferences(10);
    VerifyResult result = SmallPasses.of(request, 50).execute();
    assertThat(result.differences()).hasSize(10);
    assertThat(result.missing()).isBetween(11L, 100L);
    assertThat(result.isComplete()).isFalse();
    assertThat(result.isEqual()).isFalse();
  }

  @Test
  void comparesRowsOfOneWidePartition() {
    TableSource other = TableSource.of(session, keyspace, "wide_copy").ignoreCellTimes();
    assertThat(verify("wide").against(other).execute().isEqual()).isTrue();
    session.execute("UPDATE " + keyspace + ".wide_copy SET l = l + [1] WHERE p = 1 AND c = 77");
    assertThat(SmallPasses.of(verify("wide").against(other), 300).execute().differences())
        .containsExactly(
            new Difference(Kind.DIFFERENT, "(\"p\" = 1, \"c\" = 77)", List.of("l"), List.of()));
  }

  @Test
  void comparesOnlySelectedTokens() {
    TableSource other = TableSource.of(session, keyspace, "copy").ignoreCellTimes();
    VerifyResult half = verify("t").against(other).tokenRange(Long.MIN_VALUE, 0).execute();
    assertThat(half.isEqual()).isTrue();
    assertThat(half.rows()).isEqualTo(half.sourceRows()).isBetween(1L, ROWS - 1L);
  }

  @Test
  void comparesOnlyRowsThatSatisfyAConditionOfBoth() {
    TableSource other = TableSource.of(session, keyspace, "copy").ignoreCellTimes();
    VerifyResult one = verify("t").against(other.where("p = 7")).where("p = 7").execute();
    assertThat(one.isEqual()).isTrue();
    assertThat(one.rows()).isEqualTo(one.sourceRows()).isEqualTo(1);
  }

  @Test
  void writesAllDifferencesToAFile() throws IOException {
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".other (p int, c int, v text, PRIMARY KEY (p, c))");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".other (p, c, v) VALUES (?, ?, ?)",
        ROWS,
        i -> new Object[] {i == 3 ? -3 : i, i, i == 5 ? null : "it's " + i});
    Path file = folder.resolve("differences.jsonl");
    VerifyRequest request =
        verify("t")
            .against(TableSource.of(session, keyspace, "other").ignoreCellTimes())
            .maxDifferences(1)
            .differencesTo(file);
    VerifyResult result = SmallPasses.of(request, 100).execute();
    assertThat(result.differences()).hasSize(1);
    assertThat(result.isComplete()).isTrue();
    assertThat(result.missing()).isEqualTo(1);
    assertThat(result.extra()).isEqualTo(1);
    assertThat(result.different()).isEqualTo(ROWS - 1L);
    assertThat(Files.readAllLines(file))
        .hasSize(ROWS + 1)
        .contains(
            "{\"kind\":\"MISSING\",\"key\":\"(\\\"p\\\" = -3, \\\"c\\\" = 3)\","
                + "\"source\":{\"v\":\"'it''s 3'\"}}",
            "{\"kind\":\"EXTRA\",\"key\":\"(\\\"p\\\" = 3, \\\"c\\\" = 3)\","
                + "\"table\":{\"v\":\"'value 3'\"}}",
            "{\"kind\":\"DIFFERENT\",\"key\":\"(\\\"p\\\" = 5, \\\"c\\\" = 5)\","
                + "\"table\":{\"v\":\"'value 5'\"},\"source\":{\"v\":\"NULL\"}}");
    Path none = folder.resolve("none.jsonl");
    TableSource copy = TableSource.of(session, keyspace, "copy").ignoreCellTimes();
    assertThat(verify("t").against(copy).differencesTo(none).execute().isEqual()).isTrue();
    assertThat(none).doesNotExist();
  }

  @Test
  void refusesWhatItCannotCompare() {
    assertThatThrownBy(() -> verify("t").execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("call against(...)");
    TableSource other = TableSource.of(session, keyspace, "copy");
    assertThatThrownBy(() -> verify("t").against(other).differencesTo(folder).execute())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("exists already; name another one");
    assertThatThrownBy(() -> verify("t").against(other).columns("p", "v").execute())
        .hasMessageContaining(
            "The comparison of " + keyspace + ".t lacks \"c\" of its primary key");
    assertThatThrownBy(() -> verify("t").maxDifferences(0))
        .hasMessageContaining("maxDifferences is 0");
  }

  private VerifyRequest verify(String table) {
    return operator.verify(keyspace, table);
  }
}
