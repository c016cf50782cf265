package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.uuid.Uuids;
import io.ringhaul.ImportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.TooManyRejectsException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.formats.Format;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.table.TableSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fields become columns of other names, and columns get values that no field has. */
@ClusterTest
@TestInstance(Lifecycle.PER_CLASS)
class MappingIT {

  private static final int ROWS = 500;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeAll
  void createTables() {
    TestCluster.define(
        List.of(
            "CREATE TABLE "
                + keyspace
                + ".source (id int, \"Line\" int, name text, tags list<text>, note text,"
                + " PRIMARY KEY (id, \"Line\"))",
            "CREATE TABLE "
                + keyspace
                + ".t (p int, c int, v text, s text static, n bigint, l list<text>, d date,"
                + " t timestamp, u uuid, w timeuuid, PRIMARY KEY (p, c))",
            "CREATE TABLE "
                + keyspace
                + ".source_again (id int, \"Line\" int, name text, tags list<text>,"
                + " PRIMARY KEY (id, \"Line\"))",
            "CREATE TABLE " + keyspace + ".by_id (id uuid PRIMARY KEY, v text, w timeuuid)",
            "CREATE TABLE " + keyspace + ".hits (p int PRIMARY KEY, n counter)"));
    for (int i = 0; i < ROWS; i++) {
      session.execute(
          "INSERT INTO "
              + keyspace
              + ".source (id, \"Line\", name, tags, note) VALUES (?, ?, ?, ?, ?)"
              + " USING TTL 90000 AND TIMESTAMP 1700000000000000",
          i / 5,
          i % 5,
          "name " + i,
          List.of("a" + i, "b"),
          "note");
    }
  }

  @BeforeEach
  void emptyTables() {
    Stream.of("t", "by_id", "hits", "source_again")
        .forEach(table -> session.execute("TRUNCATE " + keyspace + "." + table));
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void renamesColumnsOfEachFormat(Format format) {
    Path files = folder.resolve(format.name());
    operator
        .export(keyspace, "source")
        .columns("id", "\"Line\"", "name", "tags")
        .to(format.target(files))
        .execute();

    imports(format.source(files), "id = p, \"Line\" = c, name = v, tags = l, 'x' = s, (7) = n");

    assertThat(rows("SELECT p, c, v, l, s, n FROM " + keyspace + ".t"))
        .isEqualTo(expected("s=x, n=7"));
  }

  @Test
  void copiesTableToColumnsOfOtherNamesWithTheirTimes() {
    imports(
        TableSource.of(session, keyspace, "source"), "id = p, \"Line\" = c, name = v, tags = l");

    assertThat(rows("SELECT p, c, v, l, s, n FROM " + keyspace + ".t")).isEqualTo(expected(""));
    Row row = session.execute("SELECT ttl(v), writetime(v) FROM " + keyspace + ".t LIMIT 1").one();
    assertThat(row.getInt(0)).isBetween(89_000, 90_000);
    assertThat(row.getLong(1)).isEqualTo(1_700_000_000_000_000L);
  }

  @Test
  void leavesColumnsOutAndFindsTheOthersByName() {
    TestCluster.define(
        List.of(
            "CREATE TABLE "
                + keyspace
                + ".same (id int, line int, name text, note text,"
                + " PRIMARY KEY (id, line))"));
    imports(
        "same",
        TableSource.of(session, keyspace, "source").ignoreCellTimes(),
        "\"Line\" = line, * = [-note, -tags]");

    assertThat(rows("SELECT id, line, name, note FROM " + keyspace + ".same"))
        .hasSize(ROWS)
        .allMatch(row -> row.contains("name=name ") && !row.contains("note="));
  }

  @Test
  void countsFieldsOfFilesWithoutHeader() throws IOException {
    Path file = file("a.csv", "1,x,10,one,more", "2,y,20,two,more");

    imports(CsvSource.at(file).withoutHeader(), "0 = p, 2 = c, 3 = v");

    assertThat(rows("SELECT p, c, v FROM " + keyspace + ".t"))
        .containsExactlyInAnyOrder("p=1, c=10, v=one", "p=2, c=20, v=two");
  }

  @Test
  void takesListOfColumnsForFilesWithAndWithoutHeader() throws IOException {
    imports(CsvSource.at(file("a.csv", "1,10,one")).withoutHeader(), "p, c, v");
    imports(CsvSource.at(file("b.csv", "v,x,c,p", "two,-,20,2")), "p, c, v");

    assertThat(rows("SELECT p, c, v FROM " + keyspace + ".t"))
        .containsExactlyInAnyOrder("p=1, c=10, v=one", "p=2, c=20, v=two");
  }

  @Test
  void computesConstantsAndTimes() throws IOException {
    Instant before = Instant.now();
    imports(
        CsvSource.at(file("a.csv", "p,c", "1,10", "1,11", "2,10")),
        "* = *, 'it''s' = v, ('static') = s, (['a', 'b']) = l, '2020-02-29' = d,"
            + " currentTimestamp() = t, uuid() = u, now() = w");

    List<Row> rows = session.execute("SELECT * FROM " + keyspace + ".t").all();
    assertThat(rows).hasSize(3);
    for (Row row : rows) {
      assertThat(row.getString("v")).isEqualTo("it's");
      assertThat(row.getString("s")).isEqualTo("static");
      assertThat(row.getList("l", String.class)).containsExactly("a", "b");
      assertThat(row.getLocalDate("d")).hasToString("2020-02-29");
      assertThat(row.getInstant("t"))
          .isCloseTo(before, within(Duration.ofSeconds(30)))
          .isEqualTo(rows.get(0).getInstant("t"));
      assertThat(row.getUuid("u").version()).isEqualTo(4);
      assertThat(row.getUuid("u").variant()).isEqualTo(2);
      assertThat(row.getUuid("w").version()).isEqualTo(1);
      assertThat(Instant.ofEpochMilli(Uuids.unixTimestamp(row.getUuid("w"))))
          .isCloseTo(before, within(Duration.ofSeconds(30)));
    }
    assertThat(rows.stream().map(row -> row.getUuid("u")).distinct()).hasSize(3);
    assertThat(rows.stream().map(row -> row.getUuid("w")).distinct()).hasSize(3);
  }

  @Test
  void resumedJobComputesTheSameKeys() throws IOException {
    for (int i = 0; i < 40; i++) {
      String[] lines = lines(50);
      lines[50] = i == 23 ? "\"a\" b" : lines[50];
      file("keys/" + i + ".csv", lines);
    }
    UUID id = UUID.randomUUID();
    long begun;
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"))) {
      JobOptions job = JobOptions.in(store);
      ImportRequest request =
          operator
              .importInto(keyspace, "by_id")
              .from(CsvSource.at(folder.resolve("keys")).withoutChecksums())
              .mapping("uuid() = id, now() = w, v = v")
              .jobId(id);
      assertThatThrownBy(() -> request.job(job).execute())
          .isInstanceOf(BulkOperationException.class);
      begun = count("by_id");
      file("keys/23.csv", lines(50));

      request.job(job.resuming()).execute();
    }

    assertThat(begun).isPositive();
    assertThat(count("by_id")).isEqualTo(40 * 50);
    Set<UUID> times =
        session.execute("SELECT w FROM " + keyspace + ".by_id").all().stream()
            .map(row -> row.getUuid(0))
            .collect(Collectors.toSet());
    assertThat(times).hasSize(40 * 50);
  }

  @Test
  void writesRowsWithTheirTtlAndWriteTime() throws IOException {
    imports(
        JsonSource.at(
            file(
                "a.json",
                "{\"p\": 1, \"c\": 1, \"v\": \"both\", \"ttl\": 5000, \"at\": 1600000000000000}",
                "{\"p\": 2, \"c\": 2, \"v\": \"none\"}",
                "{\"p\": 3, \"c\": 3, \"v\": \"ttl\", \"ttl\": 6000}")),
        "p = p, c = c, v = v, 'one' = s, ttl = __ttl, at = writetime(*)");

    assertThat(times("p=1")).containsExactly("ttl=5000", "at=1600000000000000");
    assertThat(times("p=2").get(0)).isEqualTo("ttl=null");
    assertThat(times("p=3").get(0)).isEqualTo("ttl=6000");
    assertThat(session.execute("SELECT ttl(s) FROM " + keyspace + ".t WHERE p = 1").one().getInt(0))
        .isBetween(4_900, 5_000);
  }

  @Test
  void writesAllRowsWithOneTtl() throws IOException {
    imports(CsvSource.at(file("a.csv", "p,c,v", "1,1,x")), "* = *, (7000) = __ttl");

    assertThat(times("p=1").get(0)).isEqualTo("ttl=7000");
  }

  @Test
  void restoresTimesOfColumnsUnderOtherNames() throws IOException {
    imports(
        CsvSource.at(file("a.csv", "p,c,x,wx", "1,1,one,1600000000000000")),
        "p = p, c = c, x = v, wx = writetime(v)");

    assertThat(times("p=1").get(1)).isEqualTo("at=1600000000000000");
  }

  @Test
  void deletesKeysOfOtherNames() throws IOException {
    imports(CsvSource.at(file("a.csv", "p,c,v", "1,1,x", "1,2,y", "2,1,z")), "* = *");

    operator
        .deleteFrom(keyspace, "t")
        .keys(CsvSource.at(file("keys.csv", "order,line,other", "1,2,q")))
        .mapping("order = p, line = c")
        .apply()
        .execute();

    assertThat(rows("SELECT p, c, v FROM " + keyspace + ".t"))
        .containsExactlyInAnyOrder("p=1, c=1, v=x", "p=2, c=1, v=z");
  }

  @Test
  void createsTableWithTheNamesOfTheColumns() {
    Path files = folder.resolve("created");
    operator.export(keyspace, "source").to(Format.ICEBERG.target(files)).execute();

    operator
        .importInto(keyspace, "created")
        .from(Format.ICEBERG.source(files))
        .mapping("id = order_id, \"Line\" = line, * = -note")
        .createTable()
        .execute();

    assertThat(session.execute("SELECT * FROM " + keyspace + ".created").all()).hasSize(ROWS);
    assertThat(
            session
                .execute("SELECT order_id, line, name, tags FROM " + keyspace + ".created")
                .all())
        .hasSize(ROWS);
  }

  @Test
  void namesBadRecordsByTheirFields() throws IOException {
    Path rejects = folder.resolve("rejects.jsonl");
    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "t")
                    .from(CsvSource.at(file("a.csv", "a,b", "1,x")))
                    .mapping("a = p, b = c, 'v' = v")
                    .onUnrepresentable(OnUnrepresentable.REJECT)
                    .rejectsTo(rejects)
                    .maxErrors(0)
                    .execute())
        .isInstanceOf(TooManyRejectsException.class);
    assertThat(rejects).content().contains("\"b\"").contains("\"1,x\"");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x = p, b = c               | it has no column x",
        "a = p, b = nothing         | has a column nothing",
        "a = p, b = f(x)            | has f(x) in the place of a column",
        "a = p, b = c, a = v        | has field a for two columns",
        "a = p, b = p               | has column p twice",
        "a = p                      | lacks \"c\" of its primary key",
        "a = p, b = c, 'x' = n      | gives 'x' to column n",
        "a = p, b = c, uuid() = w   | gives uuid() to column w, whose type is timeuuid",
        "a = p, b = c, f(x) = w     | has the function f(x)",
        "a = p, 0 = c               | has field a beside positions",
        "0 = p, * = *               | has * beside positions",
        "b = p, a = c, * = *        | its column",
      })
  void refusesMappingsThatDoNotFit(String mapping, String reason) throws IOException {
    CsvSource source = CsvSource.at(file("a.csv", "a,b,z", "1,2,3"));
    refusal(source, mapping).hasMessageContaining(reason);
    assertThat(count("t")).isZero();
  }

  @Test
  void refusesSettingsThatContradictIt() throws IOException {
    CsvSource source = CsvSource.at(file("a.csv", "p,c,v,v_writetime", "1,1,x,1"));
    refusal(source, "* = *, (60) = __ttl").hasMessageContaining("ignoreCellTimes");
    refusal(CsvSource.at(file("b.csv", "p,c,l", "1,1,")), "* = *, (60) = __timestamp")
        .hasMessageContaining("column l is a list");
    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "hits")
                    .from(CsvSource.at(file("c.csv", "p,n", "1,1")))
                    .mapping("* = *, (60) = __ttl")
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("counters have none");
    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "t")
                    .from(source)
                    .columns("p", "c")
                    .mapping("* = *")
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("names the columns itself");
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void exportsFieldsOfOtherNamesThatAnImportTakesBack(Format format) {
    String mapping = "order_id = id, \"line no\" = \"Line\", * = -note";
    Path files = folder.resolve("renamed-" + format);

    exports("source", format.target(files), mapping);
    imports("source_again", format.source(files), mapping);

    assertThat(rows("SELECT * FROM " + keyspace + ".source_again"))
        .isEqualTo(rows("SELECT id, \"Line\", name, tags FROM " + keyspace + ".source"));
  }

  @Test
  void exportsFunctionsOfColumns() throws IOException {
    session.execute(
        "INSERT INTO "
            + keyspace
            + ".t (p, c, v, t, l) VALUES (1, 2, 'x', '2024-02-29T12:00:00Z', ['a', 'b'])"
            + " USING TTL 90000 AND TIMESTAMP 1700000000000000");
    Path files = folder.resolve("functions");

    exports(
        "t",
        JsonTarget.folder(files),
        "day = toDate(t), p = p, \"at of v\" = writetime(v), left = ttl(v), ats = writetime(l),"
            + " hex = intAsBlob(c)");

    assertThat(content(files))
        .matches(
            "\\{\"day\":\"2024-02-29\",\"p\":1,\"at of v\":1700000000000000,\"left\":(89|90)\\d{3},"
                + "\"ats\":\\[1700000000000000,1700000000000000],\"hex\":\"AAAAAg==\"}\\s*");
  }

  @Test
  void ordersFieldsByTheirPositions() throws IOException {
    session.execute("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (1, 2, 'x')");
    exports("t", CsvTarget.folder(folder.resolve("order")), "1 = p, 0 = v, 2 = c");
    exports("t", CsvTarget.folder(folder.resolve("list")), "c, p, v");

    assertThat(content(folder.resolve("order"))).isEqualToIgnoringNewLines("v,p,cx,1,2");
    assertThat(content(folder.resolve("list"))).isEqualToIgnoringNewLines("c,p,v2,1,x");
  }

  @Test
  void namesTimesByTheirFields() throws IOException {
    session.execute(
        "INSERT INTO " + keyspace + ".t (p, c, v) VALUES (1, 2, 'x') USING TIMESTAMP 7");
    operator
        .export(keyspace, "t")
        .to(CsvTarget.folder(folder.resolve("times")))
        .mapping("p = p, c = c, text = v")
        .withWritetime()
        .execute();

    assertThat(content(folder.resolve("times")))
        .isEqualToIgnoringNewLines("p,c,text,text_writetime1,2,x,7");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a = nothing            | has a column nothing",
        "a = p, a = c           | has field a twice",
        "a = p, b = p           | has column p twice",
        "'a' = p                | has 'a' in the place of a field",
        "a = 'p'                | has 'p' in the place of a column",
        "a = count(*)           | which combines rows",
        "a = max(c)             | which combines rows",
        "a = toJson(max(c))     | which combines rows",
        "a = nothing(c)         | which the cluster refuses",
        "a = writetime(p)       | outside its primary key",
        "* = -nothing           | leaves column nothing out",
        "0 = p, 2 = c           | has no field at position 1",
        "0 = p, c = c           | has positions and names",
      })
  void refusesExportsThatDoNotFit(String mapping, String reason) {
    Path files = folder.resolve("refused");
    assertThatThrownBy(() -> exports("t", CsvTarget.folder(files), mapping))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(reason);
    assertThat(files).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void comparesAndRepairsUnderOtherNames(Format format) {
    String mapping = "order_id = id, \"line no\" = \"Line\", * = -note";
    Path files = folder.resolve("compared-" + format);
    exports("source", format.target(files), mapping);
    imports("source_again", format.source(files), mapping);
    session.execute(
        "UPDATE " + keyspace + ".source_again SET name = 'other' WHERE id = 7 AND \"Line\" = 3");

    assertThat(
            operator
                .verify(keyspace, "source_again")
                .against(format.source(files))
                .mapping(mapping + ", (60) = __ttl")
                .execute()
                .differences())
        .extracting(Object::toString)
        .containsExactly("(\"id\" = 7, \"Line\" = 3) differs in name");
    operator
        .repair(keyspace, "source_again")
        .from(format.source(files))
        .mapping(mapping)
        .apply()
        .execute();
    assertThat(rows("SELECT * FROM " + keyspace + ".source_again"))
        .isEqualTo(rows("SELECT id, \"Line\", name, tags FROM " + keyspace + ".source"));
  }

  @Test
  void comparesTablesUnderOtherNames() throws IOException {
    String mapping = "id = p, \"Line\" = c, name = v, tags = l, 'x' = s, uuid() = u";
    imports(TableSource.of(session, keyspace, "source").ignoreCellTimes(), mapping);
    session.execute("UPDATE " + keyspace + ".t SET s = 'y' WHERE p = 7");

    assertThat(
            operator
                .verify(keyspace, "t")
                .against(TableSource.of(session, keyspace, "source"))
                .mapping(mapping)
                .execute()
                .differences())
        .hasSize(5)
        .allMatch(difference -> difference.toString().endsWith("differs in s"));
    assertThatThrownBy(
            () ->
                operator
                    .repair(keyspace, "t")
                    .from(TableSource.of(session, keyspace, "source"))
                    .mapping(mapping + ", (60) = __ttl")
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("a repair does not write");
  }

  @Test
  void functionUnderTheNameOfKeyColumnIsNoKey() {
    session.execute("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (1, 2, 'x')");
    Path files = folder.resolve("no-key");
    exports("t", Format.ICEBERG.target(files), "p = p, c = intAsBlob(c), v = v");

    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "no_key")
                    .from(Format.ICEBERG.source(files))
                    .createTable()
                    .execute())
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("of its primary key");
  }

  @Test
  void timesOfFieldsDoNotTakeTheNamesOfOtherFields() {
    assertThatThrownBy(
            () ->
                operator
                    .export(keyspace, "t")
                    .to(CsvTarget.folder(folder.resolve("twice")))
                    .mapping("p = p, c = c, x_writetime = n, x = v")
                    .withWritetime()
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("x_writetime");
  }

  @Test
  void columnsHaveUuidsOfTheirOwn() throws IOException {
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".uuids (p int PRIMARY KEY, a uuid, b uuid, c uuid, d uuid)");
    imports(
        "uuids",
        CsvSource.at(file("a.csv", "p", "1", "2")),
        "p = p, uuid() = a, uuid() = b, now() = c, now() = d");

    for (Row row : session.execute("SELECT a, b, c, d FROM " + keyspace + ".uuids").all()) {
      assertThat(IntStream.range(0, 4).mapToObj(row::getUuid)).doesNotHaveDuplicates();
    }
  }

  @Test
  void jobOverTableComputesNoKeys() {
    try (JobStore store = JobStore.file(folder.resolve("of-table.db"))) {
      assertThatThrownBy(
              () ->
                  operator
                      .importInto(keyspace, "by_id")
                      .from(TableSource.of(session, keyspace, "source").ignoreCellTimes())
                      .mapping("uuid() = id, name = v")
                      .job(JobOptions.in(store))
                      .execute())
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("run without a job");
    }
  }

  @Test
  void ignoresOtherFieldsOfJsonRecords() throws IOException {
    JsonSource source =
        JsonSource.at(
            file(
                "more.json",
                "{\"p\": 1, \"c\": 1, \"v\": \"a\"}",
                "{\"p\": 2, \"c\": 2, \"v\": \"b\", \"s\": \"x\", \"other\": 1}"));
    imports(source, "p = p, c = c, v = v");
    operator
        .importInto(keyspace, "t")
        .from(source)
        .query("INSERT INTO " + keyspace + ".t (p, c, s) VALUES (:p, 9, :v)")
        .execute();

    assertThat(rows("SELECT p, c, v FROM " + keyspace + ".t"))
        .containsExactlyInAnyOrder("p=1, c=1, v=a", "p=2, c=2, v=b", "p=1, c=9", "p=2, c=9");
  }

  @Test
  void deletionNeedsTheWholeKey() throws IOException {
    assertThatThrownBy(
            () ->
                operator
                    .deleteFrom(keyspace, "t")
                    .keys(CsvSource.at(file("keys.csv", "x", "1")))
                    .mapping("x = p")
                    .apply()
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("deletion from");
  }

  @Test
  void mappingNamesEachVariableOfStatement() throws IOException {
    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "t")
                    .from(CsvSource.at(file("a.csv", "a", "1")))
                    .query("UPDATE " + keyspace + ".t SET v = :v WHERE p = :p AND c = 1")
                    .mapping("a = p")
                    .execute())
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("has the variable v");
  }

  @Test
  void failedStatementsThatRepeatElementsOfListsAreNotSafeToRunAgain() throws IOException {
    CsvSource source = CsvSource.at(file("a.csv", "p,at,x", "1,1600000000000000,['y']", "z,1,"));
    String insert = "INSERT INTO " + keyspace + ".t (p, c, l) VALUES (:p, 1, :x)";
    assertThatThrownBy(
            () -> operator.importInto(keyspace, "t").from(source).query(insert).execute())
        .hasMessageNotContaining("empty the table");
    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "t")
                    .from(source)
                    .query(insert + " USING TIMESTAMP :at")
                    .execute())
        .hasMessageContaining("empty the table before you run the import again");
  }

  @Test
  void restoresTimesUnderNamesOfTheUser() throws IOException {
    imports(
        CsvSource.at(file("a.csv", "p,c,x,wt_x", "1,1,one,1600000000000000")),
        request -> request.mapping("p = p, c = c, x = v, * = *").writetimeNames("wt_%s"));

    assertThat(times("p=1").get(1)).isEqualTo("at=1600000000000000");
  }

  @Test
  void exportsWhatSelectSays() throws IOException {
    for (int i = 0; i < 50; i++) {
      session.execute("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (?, 1, 'x')", i);
    }
    operator
        .export(keyspace, "t")
        .to(CsvTarget.folder(folder.resolve("select")))
        .query(
            "SELECT p AS id, v, CAST(c AS text) AS \"C\" FROM "
                + keyspace
                + ".t WHERE p > 40 AND v = 'x' ALLOW FILTERING")
        .taskCount(1)
        .execute();
    assertThat(content(folder.resolve("select")).lines())
        .startsWith("id,v,C")
        .hasSize(10)
        .contains("45,x,1");

    assertThat(
            operator
                .export(keyspace, "t")
                .to(CsvTarget.folder(folder.resolve("limit")))
                .query("SELECT * FROM t LIMIT 7")
                .execute()
                .totals()
                .rows())
        .isEqualTo(7);
    assertThatThrownBy(() -> operator.export(keyspace, "t").query("SELECT * FROM other"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("reads");
  }

  @Test
  void writesRecordsWithStatements() throws IOException {
    imports(CsvSource.at(file("a.csv", "p,c,v", "1,1,x", "1,2,y", "2,1,z")), "* = *");

    queries(
        "UPDATE " + keyspace + ".t USING TTL :seconds SET v = :new WHERE p = :id AND c = 1",
        "id,new,seconds,other",
        "1,xx,5000,q",
        "2,,5000,q");
    queries("DELETE FROM " + keyspace + ".t WHERE p = :id AND c = :line", "line,id", "2,1");
    queries(
        "INSERT INTO " + keyspace + ".t (p, c, v, w) VALUES (?, ?, 'const', now())",
        "p,c",
        "3,4",
        "5,6");

    assertThat(rows("SELECT p, c, v FROM " + keyspace + ".t"))
        .containsExactlyInAnyOrder(
            "p=1, c=1, v=xx", "p=2, c=1, v=z", "p=3, c=4, v=const", "p=5, c=6, v=const");
    assertThat(times("p=1").get(0)).isEqualTo("ttl=5000");
    assertThat(times("p=2").get(0)).isEqualTo("ttl=null");
  }

  @Test
  void addsToCountersWithStatementOnceForEachRecord() throws IOException {
    String[] lines =
        Stream.concat(Stream.of("x"), IntStream.range(0, 1_000).mapToObj(i -> "" + i % 10))
            .toArray(String[]::new);
    queries("UPDATE " + keyspace + ".hits SET n = n + 1 WHERE p = :x", lines);

    assertThat(rows("SELECT p, n FROM " + keyspace + ".hits"))
        .containsExactlyElementsOf(
            IntStream.range(0, 10).mapToObj(i -> "p=" + i + ", n=100").toList());
  }

  @Test
  void mapsFieldsToVariables() throws IOException {
    operator
        .importInto(keyspace, "t")
        .from(CsvSource.at(file("a.csv", "order,text", "1,x")))
        .query("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (:id, 7, :v) USING TIMESTAMP 9")
        .mapping("order = id, text = v")
        .execute();

    assertThat(rows("SELECT p, c, v FROM " + keyspace + ".t")).containsExactly("p=1, c=7, v=x");
    assertThat(times("p=1").get(1)).isEqualTo("at=9");
  }

  @Test
  void rejectsRecordsThatStatementsCannotWrite() throws IOException {
    Path rejects = folder.resolve("of-statement.jsonl");
    ImportRequest request =
        operator
            .importInto(keyspace, "t")
            .from(CsvSource.at(file("a.csv", "id,line,v", ",1,a", "2,,b", "3,1,c")))
            .query("INSERT INTO " + keyspace + ".t (p, c, v) VALUES (:id, :line, :v)");
    assertThatThrownBy(request::execute).isInstanceOf(BulkOperationException.class);
    assertThat(
            request
                .onUnrepresentable(OnUnrepresentable.REJECT)
                .rejectsTo(rejects)
                .execute()
                .rejectedRows())
        .isEqualTo(2);
    assertThat(rejects)
        .content()
        .contains("no value for the primary key column", "\",1,a\"", "\"2,,b\"");
    assertThat(rows("SELECT p, c, v FROM " + keyspace + ".t")).containsExactly("p=3, c=1, v=c");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT * FROM %s.t WHERE p = :p          | is no INSERT, UPDATE or DELETE",
        "TRUNCATE %s.t                            | is no INSERT, UPDATE or DELETE",
        "INSERT INTO %s.t (p, c) VALUES (:p, 1) IF NOT EXISTS | has a condition (IF)",
        "INSERT INTO %s.by_id (id) VALUES (:p)    | and the import to",
        "INSERT INTO %s.t (p, c) VALUES (1, 1)    | has no variable for a field",
        "INSERT INTO %s.t (p, x) VALUES (:p, 1)   | is refused by the cluster",
        "INSERT INTO %s.t (p, c) VALUES (:p, :zz) | it has no column zz",
        "INSERT INTO %s.t (p, c, v) VALUES (:p, :p, :p) | for values of two types",
      })
  void refusesStatementsThatDoNotFit(String cql, String reason) throws IOException {
    assertThatThrownBy(() -> queries(cql.formatted(keyspace), "p", "1"))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining(reason);
    assertThat(count("t")).isZero();
  }

  /** Writes each line of a file with a statement. */
  private void queries(String cql, String... lines) throws IOException {
    String table = cql.contains(".hits") ? "hits" : "t";
    operator
        .importInto(keyspace, table)
        .from(CsvSource.at(file("records.csv", lines)))
        .query(cql)
        .execute();
  }

  private void exports(String table, ExportTarget target, String mapping) {
    operator.export(keyspace, table).to(target).mapping(mapping).execute();
  }

  /** The text of all data files. */
  private static String content(Path files) throws IOException {
    try (Stream<Path> all = Files.list(files)) {
      return all.filter(file -> file.getFileName().toString().startsWith("part"))
          .map(MappingIT::text)
          .collect(Collectors.joining());
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refusal(
      ImportSource source, String mapping) {
    return assertThatThrownBy(() -> imports(source, mapping))
        .isInstanceOf(BulkOperationException.class);
  }

  private void imports(ImportSource source, String mapping) {
    imports("t", source, mapping);
  }

  private void imports(ImportSource source, UnaryOperator<ImportRequest> settings) {
    settings.apply(operator.importInto(keyspace, "t").from(source)).execute();
  }

  private void imports(String table, ImportSource source, String mapping) {
    operator.importInto(keyspace, table).from(source).mapping(mapping).execute();
  }

  private Path file(String name, String... lines) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, List.of(lines));
  }

  private static String[] lines(int rows) {
    return Stream.concat(Stream.of("v"), IntStream.range(0, rows).mapToObj(i -> "row " + i))
        .toArray(String[]::new);
  }

  private long count(String table) {
    return session.execute("SELECT count(*) FROM " + keyspace + "." + table).one().getLong(0);
  }

  /** The TTL of the value in a row, rounded up to a thousand seconds, and its write time. */
  private List<String> times(String row) {
    return session
        .execute("SELECT p, ttl(v) AS ttl, writetime(v) AS at FROM " + keyspace + ".t")
        .all()
        .stream()
        .filter(each -> row.equals("p=" + each.getInt("p")))
        .map(
            each ->
                List.of(
                    "ttl=" + (each.isNull("ttl") ? null : (each.getInt("ttl") + 999) / 1000 * 1000),
                    "at=" + each.getLong("at")))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> expected(String more) {
    return IntStream.range(0, ROWS)
        .mapToObj(
            i ->
                String.format(
                    "p=%d, c=%d, v=name %d, l=[a%d, b]%s",
                    i / 5, i % 5, i, i, more.isEmpty() ? "" : ", " + more))
        .sorted()
        .toList();
  }

  /** The values of each row that are not null. */
  private List<String> rows(String query) {
    return session.execute(query).all().stream()
        .map(
            row ->
                IntStream.range(0, row.size())
                    .filter(i -> !row.isNull(i))
                    .mapToObj(
                        i -> row.getColumnDefinitions().get(i).getName() + "=" + row.getObject(i))
                    .collect(Collectors.joining(", ")))
        .sorted()
        .toList();
  }
}
