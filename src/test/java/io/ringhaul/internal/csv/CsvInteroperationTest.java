package io.ringhaul.internal.csv;

import static io.ringhaul.internal.csv.CsvTexts.DSBULK;
import static io.ringhaul.internal.csv.CsvTexts.RFC4180;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvCallbackHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.RecordType;
import io.ringhaul.csv.CsvDialect;
import io.ringhaul.seeds.Seeds;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads Ringhaul's files with its own reader and with those of other tools. */
class CsvInteroperationTest {

  @Test
  void readsOwnFiles() {
    for (CsvSyntax syntax :
        List.of(
            RFC4180,
            DSBULK,
            new CsvSyntax(CsvDialect.RFC4180, ';', '\'', '\''),
            new CsvSyntax(CsvDialect.RFC4180, '\t', '"', '\\'),
            new CsvSyntax(CsvDialect.DSBULK, ',', '"', '"'))) {
      Seeds.each(
          150,
          random -> {
            int width = 1 + random.nextInt(5);
            List<List<@Nullable String>> records = records(random, width);
            byte[] bytes = CsvTexts.write(syntax, records);
            assertThat(CsvTexts.read(syntax, drops(random, bytes))).isEqualTo(records);
          });
    }
  }

  @Test
  void writesSameBytesAsDsbulk() {
    Seeds.each(
        150,
        random -> {
          // At least two columns: DSBulk ignores a line with a single null.
          List<List<@Nullable String>> records = records(random, 2 + random.nextInt(4));
          // Ringhaul quotes a byte order mark; DSBulk loses it at the start of a file without
          // header.
          records.forEach(
              record ->
                  record.replaceAll(
                      text -> text != null && text.startsWith("\uFEFF") ? "x" + text : text));
          assertThat(new String(CsvTexts.write(DSBULK, records), UTF_8))
              .isEqualTo(Univocity.write(records));
        });
  }

  @Test
  void exchangesFilesWithDsbulk() {
    Seeds.each(
        150,
        random -> {
          List<List<@Nullable String>> records = records(random, 2 + random.nextInt(4));
          List<List<@Nullable String>> body = records.subList(1, records.size());
          assertThat(Univocity.read(new String(CsvTexts.write(DSBULK, records), UTF_8)))
              .isEqualTo(body);
          assertThat(CsvTexts.read(DSBULK, Univocity.write(records))).isEqualTo(records);
        });
  }

  @Test
  void readsArbitraryTextAsDsbulkDoes() {
    Seeds.each(
        3_000,
        random -> {
          String text = "h,i\n" + structure(random);
          List<List<@Nullable String>> ours = taken(DSBULK, text);
          if (!ours.isEmpty()) {
            assertThat(ours.subList(1, ours.size())).isEqualTo(Univocity.read(text));
          }
        });
  }

  @Test
  void readsArbitraryTextAsFastCsvDoes() {
    Seeds.each(
        3_000,
        random -> {
          String text = "h,i\n" + structure(random);
          List<List<@Nullable String>> ours = taken(RFC4180, text);
          if (!ours.isEmpty()) {
            assertThat(ours).isEqualTo(fastCsv(text.getBytes(UTF_8), true));
          }
        });
  }

  @Test
  void fastCsvReadsRfc4180Files() {
    Seeds.each(
        150,
        random -> {
          List<List<@Nullable String>> records = records(random, 1 + random.nextInt(5));
          assertThat(fastCsv(CsvTexts.write(RFC4180, records))).isEqualTo(records);
        });
  }

  @Test
  void duckDbReadsRfc4180Files(@TempDir Path folder) throws SQLException {
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:")) {
      Seeds.each(
          40,
          random -> {
            int width = 1 + random.nextInt(5);
            List<List<@Nullable String>> records = records(random, width);
            assertThat(duckDb(duckDb, folder, CsvTexts.write(RFC4180, records), width))
                .isEqualTo(records.subList(1, records.size()));
          });
    }
  }

  @Test
  void allReadersReadFieldsOfMegabytes(@TempDir Path folder) throws SQLException {
    String text = "\"\\,\r\n\0 é\uD83D\uDE00".repeat(100_000);
    List<List<@Nullable String>> records =
        List.of(List.of("a", "b"), List.of(text, ""), List.of("", text + text));
    List<List<@Nullable String>> body = records.subList(1, 3);
    byte[] rfc = CsvTexts.write(RFC4180, records);
    assertThat(CsvTexts.read(RFC4180, new ByteArrayInputStream(rfc))).isEqualTo(records);
    assertThat(fastCsv(rfc)).isEqualTo(records);
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:")) {
      assertThat(duckDb(duckDb, folder, rfc, 2)).isEqualTo(body);
    }
    byte[] dsbulk = CsvTexts.write(DSBULK, records);
    assertThat(CsvTexts.read(DSBULK, new ByteArrayInputStream(dsbulk))).isEqualTo(records);
    assertThat(Univocity.read(new String(dsbulk, UTF_8))).isEqualTo(body);
  }

  /** A header of plain names, followed by records. */
  private static List<List<@Nullable String>> records(Random random, int width) {
    List<List<@Nullable String>> records = new ArrayList<>();
    records.add(IntStream.range(0, width).mapToObj(i -> "column" + i).collect(Collectors.toList()));
    records.addAll(CsvTexts.records(random, random.nextInt(40), width));
    return records;
  }

  /** A stream that returns few bytes at a time. */
  private static InputStream drops(Random random, byte[] bytes) {
    int most = 1 + random.nextInt(10);
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        return super.read(buffer, offset, Math.min(length, 1 + random.nextInt(most)));
      }
    };
  }

  /** Text of mostly structural characters, usually malformed. */
  private static String structure(Random random) {
    String characters = "\"\"\\\\,,\n\r ab";
    return random
        .ints(random.nextInt(12), 0, characters.length())
        .mapToObj(i -> String.valueOf(characters.charAt(i)))
        .collect(Collectors.joining());
  }

  /** The records of a text; empty if the reader rejects one of them. */
  private static List<List<@Nullable String>> taken(CsvSyntax syntax, String text) {
    List<List<@Nullable String>> records = new ArrayList<>();
    try {
      CsvReader reader =
          new CsvReader(
              new ByteArrayInputStream(text.getBytes(UTF_8)), syntax, '\0', 1 << 20, 10_000);
      for (CsvRecord record = reader.next(); record != null; record = reader.next()) {
        if (reader.problem() != null) {
          return List.of();
        }
        records.add(CsvTexts.fields(record));
      }
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<List<@Nullable String>> fastCsv(byte[] bytes) {
    return fastCsv(bytes, false);
  }

  private static List<List<@Nullable String>> fastCsv(byte[] bytes, boolean skipEmptyLines) {
    return de.siegmar.fastcsv.reader.CsvReader.builder()
        .skipEmptyLines(skipEmptyLines)
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
        .build(new FieldsHandler(), new ByteArrayInputStream(bytes), UTF_8)
        .stream()
        .collect(Collectors.toList());
  }

  private static List<List<@Nullable String>> duckDb(
      Connection duckDb, Path folder, byte[] bytes, int width) {
    Path file = folder.resolve("records.csv");
    String columns =
        IntStream.range(0, width)
            .mapToObj(i -> "'column" + i + "':'VARCHAR'")
            .collect(Collectors.joining(",", "{", "}"));
    List<List<@Nullable String>> records = new ArrayList<>();
    try (Statement statement = duckDb.createStatement()) {
      Files.write(file, bytes);
      ResultSet rows =
          statement.executeQuery(
              String.format(
                  "SELECT * FROM read_csv('%s', auto_detect=false, header=true, delim=',',"
                      + " quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false,"
                      + " parallel=false, max_line_size=33554432, columns=%s)",
                  file, columns));
      while (rows.next()) {
        List<@Nullable String> record = new ArrayList<>();
        for (int i = 1; i <= width; i++) {
          record.add(rows.getString(i));
        }
        records.add(record);
      }
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
    return records;
  }

  /** Distinguishes null from empty by the quotes that FastCSV reports. */
  private static final class FieldsHandler extends CsvCallbackHandler<List<@Nullable String>> {

    private List<@Nullable String> fields = new ArrayList<>();
    private boolean empty;

    @Override
    protected RecordType getRecordType() {
      return empty ? RecordType.EMPTY : RecordType.DATA;
    }

    @Override
    protected int getFieldCount() {
      return fields.size();
    }

    @Override
    protected void beginRecord(long startingLineNumber) {
      fields = new ArrayList<>();
      empty = false;
    }

    @Override
    protected void addField(char[] buffer, int offset, int length, boolean quoted) {
      fields.add(length == 0 && !quoted ? null : new String(buffer, offset, length));
    }

    @Override
    protected void setComment(char[] buffer, int offset, int length) {
      throw new IllegalStateException("a comment");
    }

    @Override
    protected void setEmpty() {
      fields.add(null);
      empty = true;
    }

    @Override
    protected List<@Nullable String> buildRecord() {
      return fields;
    }
  }
}
