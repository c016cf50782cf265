package io.ringhaul.internal.json;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.atIndex;

import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.internal.text.TextSink;
import io.ringhaul.json.BlobForm;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.seeds.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Writes rows to the bytes of a file and reads them, without folders. */
class JsonRowsTest {

  private static final List<ColumnDescription> COLUMNS =
      List.of(
          new ColumnDescription("k", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("Ä \"b\"", DataTypes.TEXT, Kind.REGULAR),
          new ColumnDescription("l", DataTypes.listOf(DataTypes.INT), Kind.REGULAR));

  private static final SourceFile FILE =
      SourceFile.whole(Path.of("part-1.json"), Compression.NONE, 100);

  private static RawRow row(@Nullable ByteBuffer... values) {
    List<@Nullable ByteBuffer> list = Arrays.asList(values);
    return list::get;
  }

  private static String write(JsonLayout layout, List<ColumnDescription> columns, RawRow... rows) {
    TextSink out = new TextSink(0);
    JsonOutput.JsonRowWriter writer = new JsonOutput.JsonRowWriter(columns, layout);
    writer.begin(out);
    for (RawRow row : rows) {
      writer.write(row, out);
    }
    writer.end(out);
    return new String(out.array(), 0, out.size(), UTF_8);
  }

  private static JsonInputFormat.JsonRowReader reader(JsonSettings settings, byte[] content) {
    try {
      return new JsonInputFormat.JsonRowReader(
          settings, COLUMNS, new JsonRecords(FILE, settings, new ByteArrayInputStream(content)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the values of the rows as hexadecimal digits, and the messages of rejected rows. */
  private static List<String> read(JsonSettings settings, byte[] content, int width) {
    List<String> rows = new ArrayList<>();
    try (JsonInputFormat.JsonRowReader reader = reader(settings, content)) {
      while (true) {
        try {
          RawRow row = reader.next();
          if (row == null) {
            return rows;
          }
          rows.add(hex(row, width));
        } catch (UnrepresentableValueException e) {
          rows.add(e.column() + "| " + e.getMessage());
        } catch (MalformedRecordException e) {
          rows.add(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private static List<String> read(String content) {
    return read(JsonSettings.NONE, content.getBytes(UTF_8), COLUMNS.size());
  }

  private static String hex(RawRow row, int width) {
    return String.join(
        ",",
        IntStream.range(0, width)
            .mapToObj(row::bytes)
            .map(value -> value == null ? "null" : CqlBytes.hex(value))
            .toList());
  }

  @Test
  void writesRows() {
    RawRow one =
        row(CqlBytes.integer(1), CqlBytes.text("a\n"), CqlBytes.collection(1, CqlBytes.integer(2)));
    RawRow two = row(CqlBytes.integer(2), null, null);
    String first = "{\"k\":1,\"Ä \\\"b\\\"\":\"a\\n\",\"l\":[2]}";
    String second = "{\"k\":2,\"Ä \\\"b\\\"\":null,\"l\":null}";
    assertThat(write(JsonLayout.LINES, COLUMNS, one, two)).isEqualTo(first + "\n" + second + "\n");
    assertThat(write(JsonLayout.ARRAY, COLUMNS, one, two))
        .isEqualTo("[\n" + first + ",\n" + second + "\n]\n");
    assertThat(write(JsonLayout.LINES, COLUMNS)).isEmpty();
    assertThat(write(JsonLayout.ARRAY, COLUMNS)).isEqualTo("[\n]\n");
    for (JsonLayout layout : JsonLayout.values()) {
      assertThat(read(write(layout, COLUMNS, one, two))).containsExactly(hex(one, 3), hex(two, 3));
      assertThat(read(write(layout, COLUMNS))).isEmpty();
    }
  }

  @Test
  void rejectedRowsWriteNothing() {
    RawRow good = row(CqlBytes.integer(1), null, null);
    RawRow bad =
        row(CqlBytes.integer(2), CqlBytes.text("x"), CqlBytes.collection(1, (ByteBuffer) null));
    for (JsonLayout layout : JsonLayout.values()) {
      TextSink out = new TextSink(0);
      JsonOutput.JsonRowWriter writer = new JsonOutput.JsonRowWriter(COLUMNS, layout);
      writer.begin(out);
      for (RawRow row : List.of(bad, good, bad, good, bad)) {
        try {
          writer.write(row, out);
        } catch (UnrepresentableValueException e) {
          assertThat(e.column()).isEqualTo("l");
        }
      }
      writer.end(out);
      assertThat(new String(out.array(), 0, out.size(), UTF_8))
          .isEqualTo(write(layout, COLUMNS, good, good));
    }
  }

  @Test
  void roundTripKeepsGeneratedRows() {
    Seeds.each(
        100,
        random -> {
          CqlGenerator generator = new CqlGenerator(random);
          List<ColumnDescription> columns = new ArrayList<>();
          for (int i = random.nextInt(6); i >= 0; i--) {
            columns.add(new ColumnDescription("c " + i, generator.type(4), Kind.REGULAR));
          }
          JsonLayout layout = random.nextBoolean() ? JsonLayout.LINES : JsonLayout.ARRAY;
          JsonOutput.JsonRowWriter writer = new JsonOutput.JsonRowWriter(columns, layout);
          TextSink out = new TextSink(0);
          List<String> expected = new ArrayList<>();
          writer.begin(out);
          for (int r = random.nextInt(5); r > 0; r--) {
            List<@Nullable ByteBuffer> values = new ArrayList<>();
            columns.forEach(column -> values.add(generator.nullable(column.type())));
            try {
              writer.write(values::get, out);
              expected.add(hex(values::get, columns.size()));
            } catch (UnrepresentableValueException e) {
              assertThat(e).hasMessageContaining("NaN");
            }
          }
          writer.end(out);
          JsonSettings settings =
              JsonSettings.NONE.with(JsonSettings.BLOB_FORM, BlobForm.LITERAL_FIRST.name());
          List<String> actual = new ArrayList<>();
          try (JsonInputFormat.JsonRowReader reader =
              new JsonInputFormat.JsonRowReader(
                  settings,
                  columns,
                  new JsonRecords(
                      FILE, settings, new ByteArrayInputStream(out.array(), 0, out.size())))) {
            for (RawRow row = reader.next(); row != null; row = reader.next()) {
              actual.add(hex(row, columns.size()));
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          assertThat(actual).isEqualTo(expected);
        });
  }

  @Test
  void readsFilesOfOtherTools() {
    String one = "00000001,null,null";
    assertThat(read("")).isEmpty();
    assertThat(read(" \n\n")).isEmpty();
    assertThat(read("{\"k\":1}")).containsExactly(one);
    assertThat(read("\ufeff{\"k\":1}\r\n{\"k\":1}\r\n")).containsExactly(one, one);
    assertThat(read("{\"k\":1}{\"k\":1} {\"k\":1}")).containsExactly(one, one, one);
    assertThat(read("{\n  \"l\" : null,\n  \"k\" : 1\n}\n")).containsExactly(one);
    assertThat(read("\ufeff [ {\"k\":1} , {\"k\":1} ] \n")).containsExactly(one, one);
    assertThat(read("[]")).isEmpty();
    assertThat(read("{}"))
        .containsExactly(
            "k| Row 1 (line 1) of part-1.json: it has no value for the primary key column"
                + " \"k\"");
  }

  @Test
  void readsNextRowAfterRejectedOne() {
    assertThat(
            read(
                "{\"k\":1,\"l\":[1,{\"a\":[2]},3],\"k\":5}\n"
                    + "{\"k\":2}\n"
                    + "{\"k\":3,\"k\":3,\"l\":[]}\n"
                    + "{\"other\":{\"k\":[]},\"k\":4}\n"
                    + "{\"k\":\"x\"}\n"
                    + "{\"k\":6}\n"))
        .containsExactly(
            "l| Row 1 (line 1) of part-1.json: l.element is a JSON object where a value of"
                + " type int is required",
            "00000002,null,null",
            "k| Row 3 (line 3) of part-1.json: k occurs twice",
            "other| Row 4 (line 4) of part-1.json: other is not a column of the table, so its"
                + " value would be lost; set ignoreUnknownFields to skip such fields",
            "k| Row 5 (line 5) of part-1.json: k holds \"x\", which is not a valid int",
            "00000006,null,null");
    assertThat(read("[{\"k\":{}},{\"k\":2},{\"k\":[[]]}]"))
        .containsExactly(
            "k| Row 1 (line 1) of part-1.json: k is a JSON object where a value of type int"
                + " is required",
            "00000002,null,null",
            "k| Row 3 (line 1) of part-1.json: k is a JSON array where a value of type int"
                + " is required");
  }

  @Test
  void rejectsDeeplyNestedRecord() {
    String deep = "[".repeat(1_000_000);
    String whole = deep + "]".repeat(1_000_000);
    String reason = ": values are nested more than 10000 levels deep: line 2, column ";
    JsonSettings some = JsonSettings.NONE.withFields(Set.of("x"));
    for (String line :
        List.of(
            "{\"k\":1,\"l\":" + whole + "}",
            "{\"k\":1,\"x\":" + whole + "}",
            "{\"k\":1,\"l\":" + deep,
            "{\"k\":1,\"x\":" + "{\"x\":".repeat(1_000_000))) {
      List<String> rows = read(some, ("{\"k\":1}\n" + line + "\n{\"k\":2}\n").getBytes(UTF_8), 3);
      assertThat(rows).hasSize(3).contains("00000001,null,null", atIndex(0));
      assertThat(rows.get(1))
          .startsWith("Row 2 (line 2) of part-1.json is not valid JSON" + reason);
      assertThat(rows.get(2)).isEqualTo("00000002,null,null");
      String array = "[{\"k\":1},\n" + line + ",\n{\"k\":2}]";
      assertThat(read(some, array.getBytes(UTF_8), 3))
          .hasSize(3)
          .contains("00000002,null,null", atIndex(2));
    }
    assertThatThrownBy(() -> read(deep))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The file part-1.json ends within its array: line 1");
  }

  @Test
  void rejectsRecordThatIsTooLarge() {
    JsonSettings bounded =
        JsonSettings.NONE.with(JsonSettings.MAX_RECORD_SIZE, "5000").withFields(Set.of("x"));
    String large = "x".repeat(20_000);
    StringBuilder fields = new StringBuilder("{\"k\":1");
    for (int i = 0; i < 3_000; i++) {
      fields.append(",\"x\":").append(i);
    }
    String problem =
        "Row 2 (line 2) of part-1.json is larger than 5000 bytes. Check it for an unclosed quote"
            + " or bracket; if it is correct, raise maxRecordSize (--max-record-size)";
    for (String line :
        List.of(
            "{\"k\":1,\"x\":\"" + large + "\"}",
            "{\"k\":1,\"" + large + "\":1}",
            "{\"k\":" + "7".repeat(20_000) + "}",
            fields + "}",
            "{\"k\":1,\"x\":[" + "[],".repeat(9_000))) {
      String content = "{\"k\":1}\n" + line + "\n{\"k\":2}\n{\"k\":3}\n";
      List<String> rows = read(bounded, content.getBytes(UTF_8), 3);
      assertThat(rows).hasSize(4).contains("00000001,null,null", atIndex(0));
      assertThat(rows.get(1)).isEqualTo(problem);
      assertThat(rows.subList(2, 4)).containsExactly("00000002,null,null", "00000003,null,null");
      String array = "[{\"k\":1},\n" + line + ",\n{\"k\":2}]";
      assertThat(read(bounded, array.getBytes(UTF_8), 3))
          .hasSize(3)
          .contains("00000002,null,null", atIndex(2));
    }
    // Many small records do not exceed the limit.
    assertThat(read(bounded, "{\"k\":1}\n".repeat(5_000).getBytes(UTF_8), 3)).hasSize(5_000);
  }

  @Test
  void readsOtherEncodings() {
    String text = "{\"k\":1,\"Ä \\\"b\\\"\":\"é\uD83D\uDE00\"}\n{\"k\":x}\n{\"k\":2}";
    for (Charset encoding : List.of(UTF_16, UTF_16LE, UTF_16BE)) {
      JsonSettings settings = JsonSettings.NONE.with(JsonSettings.ENCODING, encoding.name());
      List<String> rows = read(settings, text.getBytes(encoding), 3);
      assertThat(rows).hasSize(3).contains("00000001,c3a9f09f9880,null", atIndex(0));
      assertThat(rows.get(1)).startsWith("Row 2 (line 2) of part-1.json is not valid JSON: ");
      assertThat(rows.get(2)).isEqualTo("00000002,null,null");
    }
  }

  @Test
  void skipsFields() {
    byte[] content = "{\"deep\":{\"k\":[1]},\"k\":1,\"x\":\"\"}".getBytes(UTF_8);
    assertThat(read(JsonSettings.NONE.with(JsonSettings.IGNORE_UNKNOWN_FIELDS, "true"), content, 3))
        .containsExactly("00000001,null,null");
    assertThat(read(JsonSettings.NONE.withFields(Set.of("deep", "x")), content, 3))
        .containsExactly("00000001,null,null");
    assertThat(read(JsonSettings.NONE.withFields(Set.of("x")), content, 3).get(0))
        .startsWith("deep| Row 1");
  }

  /** If each document has its own line, a malformed record spoils only its line. */
  @Test
  void rejectsOnlyMalformedLines() {
    for (String line :
        List.of(
            "{\"k\":1",
            "{\"k\":1,\"Ä \\\"b\\\"\":",
            "{\"k\":1,\"Ä \\\"b\\\"\":\"x",
            "{\"k\":1,\"l\":[",
            "{\"k\":{\"k\":[",
            "{",
            "{\"k\":}",
            "{k:1}",
            "7",
            "null",
            "\"x\"",
            "}",
            "]",
            "{\"k\":'1'}",
            "{\"k\":01}",
            "{\"k\":1,}",
            "{\"l\":[1",
            "k,b",
            "# no JSON")) {
      for (String end : List.of("\n", "\r\n", "\r")) {
        String first = "{\"k\":1}" + end;
        String last = "{\"k\":2}" + end + "{\"k\":3}" + end;
        String bad = "Row 2 (line 2) of part-1.json ";
        List<String> refused = read(first + line + end + last);
        assertThat(refused).as(line).hasSize(4).contains("00000001,null,null", atIndex(0));
        assertThat(refused.get(1)).as(line).startsWith(bad).contains(": line ");
        assertThat(refused.subList(2, 4))
            .containsExactly("00000002,null,null", "00000003,null,null");
        assertThat(records(first + line + end + last).get(1)).isEqualTo("line 2: " + line);
        assertThat(read(first + line).get(1)).as(line).startsWith(bad);
        assertThat(records(first + line).get(1)).isEqualTo("line 2: " + line);
        if (!line.equals("{")) {
          assertThat(read(line + end + last)).as(line).hasSize(3);
        }

        String array = "[" + end + "{\"k\":1}," + end + line + "," + end + "{\"k\":2}" + end + "]";
        assertThat(read(array)).as(line).hasSize(3).contains("00000002,null,null", atIndex(2));
        assertThat(read(array).get(1)).startsWith("Row 2 (line 3) of part-1.json ");
        assertThat(records(array).get(1)).isEqualTo("line 3: " + line);
      }
    }
  }

  @Test
  void rejectsBytesInvalidInTheEncoding() {
    for (String hex : List.of("ff", "c080", "eda080", "c3", "f0908080ed")) {
      byte[] bad =
          CqlBytes.bytes(
              CqlBytes.concatenate(
                  CqlBytes.text("{\"k\":1,\"l\":[],\"Ä \\\"b\\\"\":\"é\uD83D\uDE00"),
                  CqlBytes.hex(hex),
                  CqlBytes.text("\"}")));
      byte[] content =
          CqlBytes.bytes(
              CqlBytes.concatenate(
                  CqlBytes.text("{\"k\":1}\n"),
                  ByteBuffer.wrap(bad),
                  CqlBytes.text("\n"),
                  CqlBytes.hex(hex),
                  CqlBytes.text("\n{\"k\":2}")));
      assertThat(read(JsonSettings.NONE, content, 3))
          .containsExactly(
              "00000001,null,null",
              "Row 2 (line 2) of part-1.json holds bytes that are not valid UTF-8",
              "Row 3 (line 3) of part-1.json holds bytes that are not valid UTF-8",
              "00000002,null,null");
      List<SourceRecord> records = sourceRecords(content);
      assertThat(records.get(1).text().orElseThrow()).isEqualTo(bad);
      assertThat(CqlBytes.hex(ByteBuffer.wrap(records.get(2).text().orElseThrow()))).isEqualTo(hex);
    }
  }

  @Test
  void returnsTextsOfRecords() {
    assertThat(
            records("\ufeff \n{\"k\":1}\r\n\n {\"k\":2,\n\"l\":[]}{\"k\":\"é\uD83D\uDE00\"} \n{}"))
        .containsExactly(
            "line 2: {\"k\":1}",
            "line 4: {\"k\":2,\n\"l\":[]}",
            "line 5: {\"k\":\"é\uD83D\uDE00\"}",
            "line 6: {}");
    assertThat(records("[{\"k\":1},5, [ {\"k\":2}, 7 ] ,\n\"x\" , {\"k\":3}\n]"))
        .containsExactly(
            "line 1: {\"k\":1}",
            "line 1: 5",
            "line 1: [ {\"k\":2}, 7 ]",
            "line 2: \"x\"",
            "line 2: {\"k\":3}");
  }

  @Test
  void acceptsCommasBeforeArrayElements() {
    for (String end : List.of("\n", "\r\n", "\r", "\n \t\r\n\n", "\n".repeat(200_000))) {
      for (String comma : List.of(",", " , ")) {
        String next = end + comma;
        String array =
            String.join(
                next,
                "[{\"k\":1}",
                "{\"k\":2 BAD",
                "{\"k\":3}",
                "BAD",
                "BAD",
                "{\"k\":6}",
                "7",
                "{\"k\":",
                "{\"k\":9}" + end + "]");
        int lines = end.replace("\r\n", "\n").length() - (end.contains("\t") ? 2 : 0);
        List<String> rows = read(array);
        assertThat(rows).hasSize(9);
        assertThat(List.of(rows.get(0), rows.get(2), rows.get(5), rows.get(8)))
            .containsExactly(
                "00000001,null,null",
                "00000003,null,null",
                "00000006,null,null",
                "00000009,null,null");
        assertThat(records(array))
            .containsExactly(
                "line 1: {\"k\":1}",
                "line " + (1 + lines) + ": {\"k\":2 BAD",
                "line " + (1 + 2 * lines) + ": {\"k\":3}",
                "line " + (1 + 3 * lines) + ": BAD",
                "line " + (1 + 4 * lines) + ": BAD",
                "line " + (1 + 5 * lines) + ": {\"k\":6}",
                "line " + (1 + 6 * lines) + ": 7",
                "line " + (1 + 7 * lines) + ": {\"k\":",
                "line " + (1 + 8 * lines) + ": {\"k\":9}");
      }
    }
  }

  @Test
  void rejectsConsecutiveMalformedLines() {
    assertThat(records("{\"k\":1}\nx\n\ny\r\n{\"k\":2}\n7\nz"))
        .containsExactly(
            "line 1: {\"k\":1}",
            "line 2: x",
            "line 4: y",
            "line 5: {\"k\":2}",
            "line 6: 7",
            "line 7: z");
  }

  /** After more blanks than are kept, the start of a malformed record is unknown. */
  @Test
  void failsForMalformedTextAfterManyBlanks() {
    String blanks = " ".repeat(35_000_000);
    JsonSettings largeRecords =
        JsonSettings.NONE.with(JsonSettings.MAX_RECORD_SIZE, String.valueOf(256 << 20));
    for (String content : List.of("{\"k\":1}\n" + blanks + "x\n", "[" + blanks + "x\n]")) {
      assertThatThrownBy(() -> read(largeRecords, content.getBytes(UTF_8), 3))
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith("The file part-1.json is not valid JSON: Unrecognized token 'x'");
    }
    assertThat(read(largeRecords, ("[x\n" + blanks + ",{\"k\":2}\n,{\"k\":3}]").getBytes(UTF_8), 3))
        .hasSize(3)
        .endsWith("00000002,null,null", "00000003,null,null");
  }

  /** If documents do not have their own lines, the start of the next one is unknown. */
  @Test
  void failsForMalformedTextWithoutLines() {
    for (String content :
        List.of(
            "{\"k\":1}{\"k\":2}\n{k:1}\n{\"k\":3}",
            "{\"k\":1,\n\"l\":[]}\n{k:1}\n{\"k\":3}",
            "{\n\"k\":1,\n\"l\" []}\n{k:1}\n{\"k\":3}",
            "[{\"k\":1},{\"k\":2},{\"k\":3}",
            "[{\"k\":1}]\n 1",
            "[{\"k\":1},\n{\"k\":1}",
            "[{\"k\":1},{\"k\":1},{k:1}]")) {
      assertThatThrownBy(() -> read(content))
          .as(content)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("The file part-1.json ")
          .hasMessageContaining(": line ")
          .hasMessageContaining(", column ");
    }
    assertThatThrownBy(() -> read("{\"k\":1,\n\"l\":[]}\n{\"k\":2}\n{\"k\" 3}\n"))
        .hasMessageContaining("line 4, column 6, in or after its row 3");
  }

  /** A malformed line does not affect its neighbours at any buffer boundary. */
  @Test
  void rejectsMalformedLinesAmongLongOnes() {
    Seeds.each(
        100,
        random -> {
          StringBuilder content = new StringBuilder();
          List<String> expected = new ArrayList<>();
          List<String> texts = new ArrayList<>();
          int lines = 1 + random.nextInt(40);
          for (int i = 0; i < lines; i++) {
            String padding =
                "é\uD83D\uDE00x".repeat(random.nextInt(random.nextInt(6) == 0 ? 20_000 : 20));
            String good = "{\"k\":" + i + ",\"Ä \\\"b\\\"\":\"" + padding + "\"}";
            boolean isBad = random.nextInt(3) == 0;
            String line = isBad ? good.substring(0, 2 + random.nextInt(good.length() - 2)) : good;
            content.append(line).append(random.nextBoolean() ? "\n" : "\r\n");
            // A lone surrogate becomes a question mark in the bytes.
            String text = "line " + (i + 1) + ": " + new String(line.getBytes(UTF_8), UTF_8);
            texts.add(text);
            expected.add(
                isBad ? "bad" : hex(row(CqlBytes.integer(i), CqlBytes.text(padding), null), 3));
          }
          List<String> actual =
              read(content.toString()).stream()
                  .map(row -> row.startsWith("Row ") ? "bad" : row)
                  .toList();
          assertThat(actual).isEqualTo(expected);
          assertThat(records(content.toString())).isEqualTo(texts);
        });
  }

  private static List<String> records(String content) {
    return sourceRecords(content.getBytes(UTF_8)).stream()
        .map(
            record ->
                record.unit()
                    + " "
                    + record.number()
                    + ": "
                    + new String(record.text().orElseThrow(), UTF_8))
        .toList();
  }

  private static List<SourceRecord> sourceRecords(byte[] content) {
    List<SourceRecord> records = new ArrayList<>();
    try (JsonInputFormat.JsonRowReader reader = reader(JsonSettings.NONE, content)) {
      while (true) {
        try {
          if (reader.next() == null) {
            assertThat(reader.lastRecord()).isEmpty();
            return records;
          }
        } catch (UnrepresentableValueException | MalformedRecordException e) {
          assertThat(e).hasMessageContaining(reader.lastRecord().orElseThrow().number() + ")");
        }
        records.add(reader.lastRecord().orElseThrow());
      }
    }
  }

  @Test
  void readsLongValuesAndNames() {
    String text = "é\"\n".repeat(700_000);
    RawRow row = row(CqlBytes.integer(1), CqlBytes.text(text), null);
    assertThat(read(write(JsonLayout.LINES, COLUMNS, row))).containsExactly(hex(row, 3));
    List<ColumnDescription> map =
        List.of(
            new ColumnDescription(
                "m", DataTypes.mapOf(DataTypes.TEXT, DataTypes.VARINT), Kind.REGULAR));
    ByteBuffer number = CqlBytes.of(TypeCodecs.VARINT, java.math.BigInteger.ONE.shiftLeft(10_000));
    ByteBuffer value = CqlBytes.collection(1, CqlBytes.text("k".repeat(100_000)), number);
    String json = write(JsonLayout.LINES, map, row(value));
    try (JsonInputFormat.JsonRowReader reader =
        new JsonInputFormat.JsonRowReader(
            JsonSettings.NONE,
            map,
            new JsonRecords(
                FILE, JsonSettings.NONE, new ByteArrayInputStream(json.getBytes(UTF_8))))) {
      RawRow back = Objects.requireNonNull(reader.next());
      assertThat(back.bytes(0)).isEqualTo(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
