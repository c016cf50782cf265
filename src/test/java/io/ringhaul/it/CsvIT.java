package io.ringhaul.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.csv.CsvDialect;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables survive a round trip through CSV, and imports read CSV files of other tools. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CsvIT {

  private static final int ORDERS = 5_000;

  private static final List<@Nullable String> TEXTS = new ArrayList<>();

  static {
    TEXTS.add(null);
    TEXTS.addAll(
        List.of(
            "",
            "a",
            "\"",
            "a\"b",
            "\"a\"",
            ",",
            "a,b",
            "\r",
            "\n",
            "\r\n",
            "a\rb\nc\r\nd",
            "\0",
            "a\0b",
            "\\",
            "\\\\",
            "\\\"",
            "\"\\",
            "a\\",
            ",\\",
            "\\,",
            "\\n",
            " ",
            " a ",
            "\t",
            "#",
            "#a",
            "null",
            "NULL",
            "\uFEFF",
            "\uFEFFa",
            "\uD83D\uDE00",
            "\u2028",
            "''",
            ";",
            "\"\\,\r\n\0 \uD83D\uDE00é".repeat(80_000)));
  }

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final long seed = Seeds.next();
  private String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    OrdersTable orders = new OrdersTable(session, keyspace, seed);
    orders.createType();
    orders.create("orders");
    orders.insert("orders", ORDERS);
    create("texts", "id int PRIMARY KEY, v text, \"V\" ascii");
    PreparedStatement insert =
        session.prepare("INSERT INTO " + keyspace + ".texts (id, v) VALUES (?, ?)");
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < TEXTS.size(); i++) {
        String text = TEXTS.get(i);
        writes.add(text == null ? insert.bind(i).unset(1) : insert.bind(i, text));
      }
    }
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @ParameterizedTest
  @MethodSource("dialectsAndCompressions")
  void roundTripsOrdersByteForByte(CsvDialect dialect, Compression compression) {
    String clone = name("orders", dialect, compression);
    new OrdersTable(session, keyspace, seed).create(clone);
    Path target = folder.resolve(clone);
    ExportResult exported =
        operator
            .export(keyspace, "orders")
            .to(
                CsvTarget.folder(target)
                    .dialect(dialect)
                    .compression(compression)
                    .maxFileSize(200_000))
            .execute();
    assertThat(exported.rows()).isEqualTo(ORDERS);
    assertThat(exported.files()).isGreaterThan(3);
    assertThat(operator.importInto(keyspace, clone).from(CsvSource.at(target)).execute().rows())
        .isEqualTo(ORDERS);
    RawTables.assertSame(session, keyspace, "orders", clone, ORDERS, seed);
  }

  static Stream<Arguments> dialectsAndCompressions() {
    return Stream.of(
        Arguments.of(CsvDialect.RFC4180, Compression.NONE),
        Arguments.of(CsvDialect.RFC4180, Compression.ZSTD),
        Arguments.of(CsvDialect.DSBULK, Compression.GZIP));
  }

  @ParameterizedTest
  @MethodSource("dialectsAndCompressions")
  void roundTripsTextsWithAndWithoutManifest(CsvDialect dialect, Compression compression)
      throws IOException {
    Path target = folder.resolve(name("texts", dialect, compression));
    operator
        .export(keyspace, "texts")
        .to(CsvTarget.folder(target).dialect(dialect).compression(compression))
        .execute();
    String clone = name("described", dialect, compression);
    create(clone, "id int PRIMARY KEY, v text, \"V\" ascii");
    operator.importInto(keyspace, clone).from(CsvSource.at(target)).execute();
    RawTables.assertSame(session, keyspace, "texts", clone, TEXTS.size(), seed);

    Files.delete(target.resolve("_manifest.json"));
    String other = name("foreign", dialect, compression);
    create(other, "id int PRIMARY KEY, v text, \"V\" ascii");
    operator.importInto(keyspace, other).from(CsvSource.at(target).dialect(dialect)).execute();
    RawTables.assertSame(session, keyspace, "texts", other, TEXTS.size(), seed);
  }

  @Test
  void exportOfEmptyTableHasOnlyHeader() throws IOException {
    create("nothing", "id int PRIMARY KEY, b text, a int");
    Path target = folder.resolve("nothing");
    ExportResult exported =
        operator.export(keyspace, "nothing").to(CsvTarget.folder(target)).execute();
    assertThat(exported.rows()).isZero();
    assertThat(exported.files()).isEqualTo(1);
    try (Stream<Path> files = Files.list(target)) {
      Path file = files.filter(each -> each.toString().endsWith(".csv")).findFirst().orElseThrow();
      assertThat(file).hasContent("id,a,b\n");
    }
    assertThat(operator.importInto(keyspace, "nothing").from(CsvSource.at(target)).execute().rows())
        .isZero();
  }

  @Test
  void importsFilesOfAnotherTool() throws IOException {
    create("people", "id int, at timestamp, name text, score double, PRIMARY KEY (id, at)");
    Path place = Files.createDirectory(folder.resolve("people"));
    Files.writeString(
        place.resolve("a.csv"),
        "\uFEFFID;Name;at;score\r\n"
            + "1;'O''Hara';31.01.2026 10:00;1.5\r\n"
            + "2;;01.02.2026 00:30;NULL\r\n");
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(place.resolve("b.csv.gz")))) {
      out.write("at;score;Name;ID\n01.02.2026 00:30;-0;'';3\n".getBytes(UTF_8));
    }
    operator
        .importInto(keyspace, "people")
        .from(
            CsvSource.at(place + "/*.csv*")
                .delimiter(';')
                .quote('\'')
                .nullValue("NULL")
                .timestampFormat("dd.MM.yyyy HH:mm"))
        .execute();
    Map<Integer, String> rows = new TreeMap<>();
    for (Row row : session.execute("SELECT * FROM " + keyspace + ".people")) {
      rows.put(
          row.getInt("id"),
          row.getInstant("at") + " " + row.getString("name") + " " + row.getObject("score"));
    }
    assertThat(rows)
        .isEqualTo(
            Map.of(
                1, "2026-01-31T10:00:00Z O'Hara 1.5",
                2, "2026-02-01T00:30:00Z null null",
                3, "2026-02-01T00:30:00Z  -0.0"));
  }

  @Test
  void importsOtherWordsOfBooleansAndDropsBlanksAroundFields() throws IOException {
    create("words", "id int PRIMARY KEY, b boolean, t text");
    Path file =
        Files.writeString(
            folder.resolve("words.csv"),
            "id,b,t\n 1 ,\tJa , x y \n2,nein,\" q \"\n3,  , NULL\n4,ja,   \n");
    CsvSource source = CsvSource.at(file).booleans("ja", "nein").trimmed().nullValue("NULL");
    operator.importInto(keyspace, "words").from(source).execute();
    assertThat(TestCluster.session().execute("SELECT id, b, t FROM " + keyspace + ".words").all())
        .extracting(row -> row.getInt(0) + " " + row.getObject(1) + " " + row.getString(2))
        .containsExactlyInAnyOrder("1 true x y", "2 false  q ", "3 null null", "4 true null");
    assertThatThrownBy(
            () -> operator.importInto(keyspace, "words").from(source.booleans("y", "n")).execute())
        .hasMessageContaining("b");
    assertThatThrownBy(() -> source.booleans("x", "X"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("two different words");
  }

  @Test
  void importsFilesWithoutHeaderInTheOrderOfTheTable() throws IOException {
    create("headless", "z int PRIMARY KEY, b text, a int");
    Path file = Files.writeString(folder.resolve("headless.csv"), "1,10,x\n2,20,y\n");
    operator.importInto(keyspace, "headless").from(CsvSource.at(file).withoutHeader()).execute();
    assertThat(session.execute("SELECT z, a, b FROM " + keyspace + ".headless").all())
        .extracting(row -> row.getInt(0) + " " + row.getInt(1) + " " + row.getString(2))
        .containsExactlyInAnyOrder("1 10 x", "2 20 y");
  }

  @Test
  void invalidRecordFailureNamesFileRecordAndLine() throws IOException {
    create("narrow", "id int PRIMARY KEY, v text");
    Path file = Files.writeString(folder.resolve("narrow.csv"), "id,v\n1,\"a\nb\"\n2,c,d\n");
    assertThatThrownBy(
            () -> operator.importInto(keyspace, "narrow").from(CsvSource.at(file)).execute())
        .isInstanceOf(BulkOperationException.class)
        .hasStackTraceContaining(
            "Record 2 (line 4) of "
                + file
                + " has 3 fields, not 2; the expected fields are [id, v]");
  }

  private void create(String table, String columns) {
    TestCluster.define(String.format("CREATE TABLE %s.%s (%s)", keyspace, table, columns));
  }

  private static String name(String kind, CsvDialect dialect, Compression compression) {
    return (kind + "_" + dialect + "_" + compression).toLowerCase(Locale.ROOT);
  }
}
