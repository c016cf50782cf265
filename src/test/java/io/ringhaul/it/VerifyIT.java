package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.ExportRequest;
import io.ringhaul.RepairRequest;
import io.ringhaul.RepairResult;
import io.ringhaul.SmallPasses;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.Tolerance;
import io.ringhaul.VerifyRequest;
import io.ringhaul.VerifyResult;
import io.ringhaul.VerifyResult.Difference;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.cql.RandomTable;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.seeds.Seeds;
import io.ringhaul.table.TableSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** With the rounds of each, 200 rounds. */
  private static final int MANY_TABLES = 50;

  private static final int ROUNDS_OF_A_TABLE = 4;
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
    return tables(TABLES);
  }

  static Stream<Arguments> manyTables() {
    return tables(MANY_TABLES);
  }

  private static Stream<Arguments> tables(int count) {
    List<@Nullable Format> sources = new ArrayList<>(List.of(Format.values()));
    sources.add(null);
    return LongStream.range(0, count)
        .mapToObj(i -> Arguments.of(Seeds.next(), sources.get((int) (i % sources.size()))));
  }

  @ParameterizedTest(name = "seed {0} against {1}")
  @MethodSource("tables")
  void namesExactlyWhatChanged(long seed, @Nullable Format format) {
    compareChangedTable(seed, format, 1);
  }

  @Slow
  @ParameterizedTest(name = "seed {0} against {1}")
  @MethodSource("manyTables")
  void namesExactlyWhatChangedInManyRounds(long seed, @Nullable Format format) {
    compareChangedTable(seed, format, ROUNDS_OF_A_TABLE);
  }

  private void compareChangedTable(long seed, @Nullable Format format, int rounds) {
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
    RandomChanges changes = new RandomChanges(session, random, seed);
    changes.insert(RandomTablesIT.ROWS);
    ImportSource source = kept(own, schema, format);
    VerifyResult same = verify(own, source).execute();
    assertThat(same.differences()).as("seed %d", seed).isEmpty();
    assertThat(same.isEqual()).as("seed %d", seed).isTrue();
    assertThat(same.sourceRows()).isEqualTo(same.rows()).isEqualTo(RandomTablesIT.ROWS);

    VerifyResult changed = same;
    for (int round = 0; round < rounds; round++) {
      changes.make();
      changed = verify(own, source).execute();
      assertThat(changed.differences())
          .as("seed %d, round %d", seed, round)
          .extracting(RandomChanges::text)
          .filteredOn(text -> !changes.isLeftOver(text))
          .containsExactlyInAnyOrderElementsOf(changes.expected());
      assertThat(changed.isEqual()).isFalse();
    }

    RepairRequest repair =
        operator.repair(own, "source").from(source).deleteExtra().ignoreCellTimes();
    RepairResult dry = repair.execute();
    assertThat(dry.found().differences())
        .extracting(Difference::key)
        .isSubsetOf(changed.differences().stream().map(Difference::key).toList());
    assertThat(dry.left()).isEmpty();
    assertThat(dry.written()).isZero();
    RepairResult repaired = repair.apply().execute();
    assertThat(repaired.left().map(VerifyResult::differences).orElse(List.of()))
        .as("seed %d", seed)
        .allMatch(difference -> table.hasStatics() && difference.kind() == Kind.EXTRA);
    // A deleted row leaves the static columns of its partition, which are a row of their own.
    assertThat(repaired.isEqual() || repair.execute().isEqual()).as("seed %d", seed).isTrue();
    assertThat(operator.verify(own, "source").against(source).execute().isEqual())
        .as("seed %d", seed)
        .isTrue();
    session.execute("DROP KEYSPACE " + own);
  }

  private VerifyRequest verify(String own, ImportSource source) {
    VerifyRequest request = operator.verify(own, "source").against(source);
    return RandomChanges.HAS_ELEMENT_TIMES ? request.compareCellTimes() : request;
  }

  /** The rows as they are now with their times, in files or in a second table. */
  private ImportSource kept(String own, TableSchema schema, @Nullable Format format) {
    if (format == null) {
      TestCluster.define(schema.createTable(own, "kept"));
      TableSource rows = TableSource.of(session, own, "source");
      operator
          .importInto(own, "kept")
          .from(RandomChanges.HAS_ELEMENT_TIMES ? rows : rows.ignoreCellTimes())
          .execute();
      return TableSource.of(session, own, "kept");
    }
    Path place = folder.resolve(own);
    ExportRequest export = operator.export(own, "source").to(format.target(place));
    (RandomChanges.HAS_ELEMENT_TIMES ? export.withWritetime().withTtl() : export).execute();
    return format.source(place);
  }

  /** Clients insert and update all the while. */
  @Test
  void livingTableHasNoDifferences() throws Exception {
    compareLivingTable(2);
  }

  @Slow
  @Test
  void livingTableHasNoDifferencesInManyRounds() throws Exception {
    compareLivingTable(20);
  }

  private void compareLivingTable(int rounds) throws Exception {
    String own = TestCluster.newKeyspace(1);
    for (String table : List.of("live", "copy")) {
      TestCluster.define(
          "CREATE TABLE " + own + "." + table + " (p int, c int, v text, PRIMARY KEY (p, c))");
    }
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + own + ".live (p, c, v) VALUES (?, ?, ?)",
        ROWS,
        i -> new Object[] {i / 10, i % 10, "value " + i});
    operator.importInto(own, "copy").from(TableSource.of(session, own, "live")).execute();
    operator.export(own, "live").to(ParquetTarget.folder(folder.resolve(own))).execute();
    Thread.sleep(1_000);
    Instant moment = Instant.now();
    AtomicBoolean ends = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger();
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try {
      Future<?> writing =
          writer.submit(
              () -> {
                PreparedStatement insert =
                    session.prepare("INSERT INTO " + own + ".live (p, c, v) VALUES (?, ?, ?)");
                Random random = new Random(rounds);
                while (!ends.get()) {
                  session.execute(
                      insert.bind(
                          random.nextInt(ROWS / 5), random.nextInt(12), "newer " + written.get()));
                  written.incrementAndGet();
                }
              });
      while (written.get() == 0) {
        assertThat(writing).isNotDone();
        Thread.sleep(20);
      }
      long newer = 0;
      for (int round = 0; round < rounds; round++) {
        ImportSource source =
            round % 2 == 0
                ? TableSource.of(session, own, "copy")
                : ParquetSource.at(folder.resolve(own));
        int before = written.get();
        VerifyResult result =
            operator.verify(own, "live").against(source).writtenBefore(moment).execute();
        assertThat(result.differences()).as("round %d", round).isEmpty();
        assertThat(result.isEqual()).isTrue();
        assertThat(written.get()).isGreaterThan(before);
        newer = result.newer();
      }
      assertThat(newer).isPositive();
      ends.set(true);
      writing.get(1, TimeUnit.MINUTES);
    } finally {
      ends.set(true);
      writer.shutdown();
    }
    session.execute("DROP KEYSPACE " + own);
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

  /** A file of a program that does not keep what CQL distinguishes. */
  @Test
  void toleratesWhatOtherProgramsDoNotKeep() throws IOException {
    TestCluster.define(
        String.format(
            "CREATE TABLE %s.loose (id int, k decimal, d decimal, ts timestamp, v text, b blob,"
                + " l frozen<list<int>>, u tuple<text, decimal>, f float, PRIMARY KEY (id, k))",
            keyspace));
    session.execute(
        String.format(
            "INSERT INTO %s.loose (id, k, d, ts, v, b, l, u, f) VALUES (1, 2.50, 1.00,"
                + " '2026-01-31T10:00:00.750Z', '', 0x, [], ('', 7.0), -0.0)",
            keyspace));
    Path file =
        Files.writeString(
            folder.resolve("loose.csv"),
            "id,k,d,ts,v,b,l,u,f\n1,2.5,1.0,2026-01-31T10:00:00Z,,,,\"[null,\"\"7\"\"]\",0.0\n");
    ImportSource source = CsvSource.at(file);
    Map<List<Tolerance>, List<String>> expected =
        Map.of(
            List.of(Tolerance.DECIMAL_SCALE), List.of("b", "f", "l", "ts", "u", "v"),
            List.of(Tolerance.DECIMAL_SCALE, Tolerance.EMPTY_AS_NULL), List.of("f", "ts"),
            List.of(Tolerance.DECIMAL_SCALE, Tolerance.FLOAT_BITS),
                List.of("b", "l", "ts", "u", "v"),
            List.of(Tolerance.DECIMAL_SCALE, Tolerance.TIMESTAMP_SECONDS),
                List.of("b", "f", "l", "u", "v"));
    expected.forEach(
        (tolerances, columns) ->
            assertThat(
                    verify("loose")
                        .against(source)
                        .tolerating(tolerances.toArray(Tolerance[]::new))
                        .execute()
                        .differences())
                .flatExtracting(Difference::columns)
                .containsExactlyInAnyOrderElementsOf(columns));
    // The scale of a clustering column makes no other row in Cassandra, but other bytes.
    assertThat(verify("loose").against(source).execute().differences()).hasSize(2);
    VerifyRequest all = verify("loose").against(source).tolerating(Tolerance.values());
    assertThat(all.execute().isEqual()).isTrue();
    session.execute(
        String.format("UPDATE %s.loose SET d = 1.01 WHERE id = 1 AND k = 2.5", keyspace));
    assertThat(all.execute().differences()).flatExtracting(Difference::columns).containsOnly("d");
    RepairResult repaired =
        operator
            .repair(keyspace, "loose")
            .from(source)
            .tolerating(Tolerance.values())
            .apply()
            .execute();
    assertThat(repaired.written()).isEqualTo(1);
    assertThat(repaired.isEqual()).isTrue();
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
