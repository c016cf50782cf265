package io.ringhaul.csv;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.csv.CsvFolders.Imported;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports files of other tools, which have no manifest. */
class CsvSourceTest {

  private static final TableDescription TABLE =
      table(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("name", DataTypes.TEXT, Kind.REGULAR),
          new ColumnDescription("Size", DataTypes.INT, Kind.REGULAR));

  @TempDir private Path folder;

  @Test
  void assignsFieldsByName() throws IOException {
    Path file = write("a.csv", "NAME,id,Size\nx,1,2\n");
    Imported imported = CsvFolders.read(CsvSource.at(file), TABLE);
    assertThat(imported.columns()).containsExactly("id", "name", "Size");
    assertThat(imported.rows()).containsExactly(List.of(number(1), text("x"), number(2)));
  }

  @Test
  void acceptsFieldsInDifferentOrders() throws IOException {
    write("a.csv", "id,name\n1,x\n");
    write("b.csv", "\"name\",\"id\"\r\ny,2\r\n");
    assertThat(CsvFolders.read(CsvSource.at(folder), TABLE).rows())
        .containsExactly(List.of(number(1), text("x")), List.of(number(2), text("y")));
    write("c.csv", "id,other\n3,z\n");
    assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(folder), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The file "
                + folder.resolve("c.csv")
                + " cannot be read as CSV: its header line has the names [id, other] instead of"
                + " [id, name]. Check the delimiter and the dialect, or read it without"
                + " header and name its columns");
  }

  @Test
  void distinguishesNamesThatDifferOnlyInCase() throws IOException {
    TableDescription table =
        table(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("a", DataTypes.INT, Kind.REGULAR),
            new ColumnDescription("A", DataTypes.INT, Kind.REGULAR));
    Path exact = write("exact.csv", "A,a,ID\n1,2,3\n");
    assertThat(CsvFolders.read(CsvSource.at(exact), table).rows())
        .containsExactly(List.of(number(3), number(2), number(1)));
    TableDescription ambiguous =
        table(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("ab", DataTypes.INT, Kind.REGULAR),
            new ColumnDescription("Ab", DataTypes.INT, Kind.REGULAR));
    Path unclear = write("unclear.csv", "id,AB\n1,2\n");
    assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(unclear), ambiguous))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its column AB is not in the table");
    Path twice = write("twice.csv", "Id,ID\n1,2\n");
    assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(twice), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("has two fields for column id");
  }

  @Test
  void rejectsInvalidHeaders() throws IOException {
    assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(write("1.csv", "id,,name\n")), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("field 2 of its header line has no name");
    assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(write("2.csv", "id,id\n")), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its header line has the name id twice");
    assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(write("3.csv", "\n")), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it has no header line");
    assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(write("4.csv", "\"id\"x\n")), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its header line has text after the closing quote of field 1");
    assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(write("5.csv", "id;name\n")), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it has no column id");
  }

  @Test
  void rejectsTooManyFields() throws IOException {
    String more = "has more than 10000 fields. If it is correct, raise maxColumns (--max-columns)";
    Path header = write("1.csv", "id" + ",name".repeat(1_000_000) + "\n");
    assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(header), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its header line " + more);
    Path record = write("2.csv", "id,name\n1,a\n2" + ",".repeat(1_000_000) + "\n3,c\n");
    assertThat(CsvFolders.read(CsvSource.at(record), TABLE).refused())
        .singleElement(STRING)
        .startsWith("Record 2 (line 3) of " + record + " " + more);
    assertThat(CsvFolders.read(CsvSource.at(record), TABLE).rows())
        .containsExactly(List.of(number(1), text("a")), List.of(number(3), text("c")));
    assertThat(CsvFolders.read(CsvSource.at(record).maxColumns(2_000_000), TABLE).refused())
        .singleElement(STRING)
        .contains("has 1000001 fields, not 2");
  }

  @Test
  void detectsUtf16Files() throws IOException {
    String text = "id,name\n1,a\n";
    for (Charset charset : List.of(UTF_16, UTF_16LE, UTF_16BE)) {
      Path file = folder.resolve(charset + ".csv");
      Files.write(file, text.getBytes(charset));
      assertThatThrownBy(() -> CsvFolders.read(CsvSource.at(file), TABLE))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The file %s is not UTF-8: its first bytes are those of %s; set encoding to" + " %s",
              file, charset, charset);
      assertThat(CsvFolders.read(CsvSource.at(file).encoding(charset), TABLE).rows())
          .containsExactly(List.of(number(1), text("a")));
    }
    Path nul = write("nul.csv", "id,name\n1,\0\0\0\0\n");
    assertThat(CsvFolders.read(CsvSource.at(nul), TABLE).rows())
        .containsExactly(List.of(number(1), text("\0\0\0\0")));
  }

  @Test
  void readsFilesWithoutHeader() throws IOException {
    Path file = write("a.csv", "1,2,x\n3,,\"\"\n");
    CsvSource source = CsvSource.at(file).withoutHeader().columns("id", "SIZE", "name");
    assertThat(CsvFolders.read(source, TABLE).rows())
        .containsExactly(
            List.of(number(1), text("x"), number(2)), Arrays.asList(number(3), text(""), null));
    Path inTableOrder = write("b.csv", "1,x,2\n");
    assertThat(CsvFolders.read(CsvSource.at(inTableOrder).withoutHeader(), TABLE).rows())
        .containsExactly(List.of(number(1), text("x"), number(2)));
    assertThatThrownBy(() -> CsvSource.at(file).columns("id").open())
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("columns"));
  }

  @Test
  void readsOnlyUnquotedNullWordsAsNull() throws IOException {
    Path file = write("a.csv", "id,name\n1,NULL\n2,\"NULL\"\n3,\\N\n4,null\n5,\n6,\"\"\n");
    assertThat(names(CsvSource.at(file).nullValue("NULL", "\\N")))
        .containsExactly(null, text("NULL"), null, text("null"), null, text(""));
    assertThat(names(CsvSource.at(file)))
        .containsExactly(text("NULL"), text("NULL"), text("\\N"), text("null"), null, text(""));
  }

  @Test
  void reportsRecordsOfWrongWidthAndReadsNext() throws IOException {
    Path file = write("a.csv", "id,name\n1,\"x\n\"\n2\n\"3\n\",y,z\n4,\"a\"b\n\n5,v\n");
    Imported imported = CsvFolders.read(CsvSource.at(file), TABLE);
    assertThat(imported.rows())
        .containsExactly(List.of(number(1), text("x\n")), List.of(number(5), text("v")));
    assertThat(imported.refused())
        .containsExactly(
            "Record 2 (line 4) of "
                + file
                + " has 1 fields, not 2; the expected fields are [id, name]",
            "Record 3 (line 5) of "
                + file
                + " has 3 fields, not 2; the expected fields are [id, name]",
            "Record 4 (line 7) of "
                + file
                + " has text after the closing quote of field 2; write a quote within quotes as"
                + " \"\"; the expected fields are [id, name]");
  }

  @Test
  void reportsUnrepresentableValuesAndReadsNext() throws IOException {
    Path file = write("a.csv", "id,name\n1x,x\n2,y\n\"\",z\n");
    Imported imported = CsvFolders.read(CsvSource.at(file), TABLE);
    assertThat(imported.rows()).containsExactly(List.of(number(2), text("y")));
    assertThat(imported.refused()).hasSize(2);
    assertThat(imported.refused().get(0)).startsWith("Record 1 (line 2) of " + file + ": id ");
    assertThat(imported.refused().get(1)).startsWith("Record 3 (line 4) of " + file + ": id ");
  }

  @Test
  void reportsBytesInvalidInTheEncoding() throws IOException {
    Path file = folder.resolve("a.csv");
    Files.write(file, "id,name\n1,\u00e9x\n2,y\n".getBytes(ISO_8859_1));
    Imported imported = CsvFolders.read(CsvSource.at(file), TABLE);
    assertThat(imported.refused())
        .containsExactly(
            "Record 1 (line 2) of "
                + file
                + ": name holds bytes that are not valid UTF-8; set encoding if the file has"
                + " another one");
    assertThat(imported.rows()).containsExactly(List.of(number(2), text("y")));
    imported = CsvFolders.read(encoded(file, StandardCharsets.US_ASCII), TABLE);
    assertThat(imported.rows()).containsExactly(List.of(number(2), text("y")));
    assertThat(imported.refused())
        .containsExactly(
            "Record 1 (line 2) of "
                + file
                + ": name holds bytes that are not valid US-ASCII; set encoding if the file has"
                + " another one");
  }

  @Test
  void readsOtherEncodings() throws IOException {
    String text = "id,name\n1,\u00e9\uD83D\uDE00\n" + "2,x\u00e9\uD83D\uDE00\n".repeat(9_999);
    for (Charset charset : List.of(UTF_16LE, UTF_16, Charset.forName("GB18030"))) {
      Path file = folder.resolve(charset.name() + ".csv");
      Files.write(file, text.getBytes(charset));
      assertThat(names(encoded(file, charset)))
          .hasSize(10_000)
          .startsWith(text("\u00e9\uD83D\uDE00"))
          .endsWith(text("x\u00e9\uD83D\uDE00"));
    }
    Path file = folder.resolve("latin.csv");
    Files.write(file, "id,name\n1,\u00e9\n".getBytes(ISO_8859_1));
    assertThat(names(encoded(file, ISO_8859_1))).containsExactly(text("\u00e9"));
  }

  @Test
  void readsDatesAndTimesOfOtherFormats() throws IOException {
    TableDescription table =
        table(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("ts", DataTypes.TIMESTAMP, Kind.REGULAR),
            new ColumnDescription("d", DataTypes.DATE, Kind.REGULAR),
            new ColumnDescription("t", DataTypes.TIME, Kind.REGULAR));
    List<@Nullable String> expected =
        List.of(
            number(1),
            CqlBytes.hex(CqlBytes.of(TypeCodecs.TIMESTAMP, Instant.parse("2026-01-31T10:20:30Z"))),
            CqlBytes.hex(CqlBytes.of(TypeCodecs.DATE, LocalDate.of(2026, 1, 31))),
            CqlBytes.hex(CqlBytes.of(TypeCodecs.TIME, LocalTime.of(10, 20, 30))));
    Path plain = write("a.csv", "id,ts,d,t\n1,2026-01-31T10:20:30Z,2026-01-31,10:20:30\n");
    assertThat(CsvFolders.read(CsvSource.at(plain), table).rows()).containsExactly(expected);
    Path local = write("b.csv", "id;ts;d;t\n1;31.01.2026 11:20:30;31.01.2026;10.20.30\n");
    assertThat(
            CsvFolders.read(
                    CsvSource.at(local)
                        .delimiter(';')
                        .timestampFormat("dd.MM.yyyy HH:mm:ss")
                        .timeZone(ZoneId.of("Europe/Berlin"))
                        .dateFormat("dd.MM.yyyy")
                        .timeFormat("HH.mm.ss"),
                    table)
                .rows())
        .containsExactly(expected);
    Path counts = write("c.csv", "id,ts,d,t\n1,1769854830,2026-01-31,10:20:30\n");
    assertThat(CsvFolders.read(CsvSource.at(counts).timestampUnit(TimeUnit.SECONDS), table).rows())
        .containsExactly(expected);
    assertThatThrownBy(
            () ->
                CsvSource.at(counts).timestampUnit(TimeUnit.SECONDS).timestampFormat("yyyy").open())
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("timestampUnit"));
    assertThatThrownBy(() -> CsvSource.at(counts).dateFormat("{"))
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void skipsRecordsAndComments() throws IOException {
    Path file = write("a.csv", "#first\nid,name\n1,a\n#2,b\n3,c\n4,#d\n");
    assertThat(names(CsvSource.at(file).comment('#').skipRecords(1)))
        .containsExactly(text("c"), text("#d"));
    assertThat(names(CsvSource.at(file).comment('#').skipRecords(10))).isEmpty();
    assertThatThrownBy(() -> CsvSource.at(file).comment('"').open())
        .isInstanceOfSatisfying(
            InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("comment"));
    assertThatThrownBy(() -> CsvSource.at(file).skipRecords(-1))
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void readsFolderOfDsbulk() throws IOException {
    write("output-000001.csv", "id,name\n1,\"a\\\"b\\\\c\"\n2,a\\b\n");
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("output-000002.csv.gz")))) {
      out.write("id,name\n3,\n4,\"\"\n5,\"x\r\ny\"\n".getBytes(UTF_8));
    }
    assertThat(names(CsvSource.at(folder).dialect(CsvDialect.DSBULK)))
        .containsExactly(text("a\"b\\c"), text("a\\b"), null, text(""), text("x\r\ny"));
  }

  @Test
  void readsGlobs() throws IOException {
    write("x1.csv", "id|name\n1|'it^'s'\n");
    write("x2.csv", "id|name\n2|'^^|'\n");
    write("y.csv", "other\n");
    CsvSource source = CsvSource.at(folder + "/x*.csv").delimiter('|').quote('\'').escape('^');
    assertThat(names(source)).containsExactly(text("it's"), text("^|"));
    assertThatThrownBy(() -> CsvSource.at(folder).quote('|').delimiter('|').open())
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void unclosedQuoteSpoilsOneLine() throws IOException {
    Path file = write("a.csv", "id,name\n1,a\n2,\"b\n3,c\n");
    for (CsvSource source : List.of(CsvSource.at(file), CsvSource.at(file).maxRecordSize(8))) {
      Imported imported = CsvFolders.read(source, TABLE);
      assertThat(imported.rows())
          .containsExactly(List.of(number(1), text("a")), List.of(number(3), text("c")));
      assertThat(imported.refused())
          .containsExactly(
              "Record 2 (line 3) of "
                  + file
                  + " has a quote in field 2 that is not closed on its line, and no earlier record"
                  + " has several lines; close the quote, or write a quote within quotes as"
                  + " \"\"; the expected fields are [id, name]");
    }
  }

  private List<@Nullable String> names(CsvSource source) {
    Imported imported = CsvFolders.read(source, TABLE, "id", "name");
    assertThat(imported.refused()).isEmpty();
    return imported.rows().stream().map(row -> row.get(1)).collect(Collectors.toList());
  }

  private static CsvSource encoded(Path file, Charset charset) {
    return CsvSource.at(file).encoding(charset);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text, UTF_8);
  }

  private static String number(int value) {
    return CqlBytes.hex(CqlBytes.integer(value));
  }

  private static String text(String value) {
    return CqlBytes.hex(CqlBytes.text(value));
  }

  private static TableDescription table(ColumnDescription... columns) {
    return new TableDescription("ks", "t", List.of(columns));
  }
}
