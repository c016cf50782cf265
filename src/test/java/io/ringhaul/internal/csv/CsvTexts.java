package io.ringhaul.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringhaul.csv.CsvDialect;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Writes and reads records of texts and nulls. */
final class CsvTexts {

  static final CsvSyntax RFC4180 = CsvSyntax.of(CsvDialect.RFC4180);
  static final CsvSyntax DSBULK = CsvSyntax.of(CsvDialect.DSBULK);

  /** Characters and words that readers may misread. */
  private static final String[] PIECES = {
    "\"",
    "\"",
    "\\",
    "\\",
    ",",
    ",",
    "\r",
    "\n",
    "\r\n",
    "\0",
    " ",
    "\t",
    "#",
    "a",
    "bc",
    "\"\"",
    "\\\"",
    "é",
    "\uFEFF",
    "\uD83D\uDE00",
    "\u2028",
    "\u00a0",
    "null",
    "-",
    ";",
    "'"
  };

  private CsvTexts() {}

  static byte[] write(CsvSyntax syntax, List<List<@Nullable String>> records) {
    CsvOutput.LineBuffer lines = new CsvOutput.LineBuffer(syntax);
    for (List<@Nullable String> record : records) {
      for (String field : record) {
        if (field == null) {
          lines.putNull();
        } else {
          lines.put(field);
        }
      }
      lines.endLine();
    }
    return Arrays.copyOf(lines.array(), lines.size());
  }

  /** Returns the line of the fields. */
  static String line(CsvSyntax syntax, @Nullable String... fields) {
    return new String(write(syntax, List.of(listOf(fields))), UTF_8);
  }

  static List<List<@Nullable String>> read(CsvSyntax syntax, String text) {
    return read(syntax, new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  /** Returns the records with the header; blank lines are records if the first has one field. */
  static List<List<@Nullable String>> read(CsvSyntax syntax, InputStream in) {
    try {
      CsvReader reader = new CsvReader(in, syntax, '\0', 1 << 28, 10_000);
      List<List<@Nullable String>> records = new ArrayList<>();
      for (CsvRecord record = reader.next(); record != null; record = reader.next()) {
        if (reader.problem() != null) {
          throw new AssertionError(reader.problem());
        }
        records.add(fields(record));
        if (record.fields() == 1) {
          reader.takeBlankLinesAsRecords();
        }
      }
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<@Nullable String> fields(@Nullable CsvRecord read) {
    CsvRecord record = Objects.requireNonNull(read);
    List<@Nullable String> fields = new ArrayList<>();
    for (int i = 0; i < record.fields(); i++) {
      boolean isNull = record.length(i) == 0 && !record.isQuoted(i);
      fields.add(isNull ? null : UTF_8.decode(record.field(i)).toString());
    }
    return fields;
  }

  static List<@Nullable String> listOf(@Nullable String... fields) {
    List<@Nullable String> list = new ArrayList<>();
    for (String field : fields) {
      list.add(field);
    }
    return list;
  }

  /** Returns random records of this width. */
  static List<List<@Nullable String>> records(Random random, int count, int width) {
    List<List<@Nullable String>> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<@Nullable String> record = new ArrayList<>();
      for (int k = 0; k < width; k++) {
        record.add(random.nextInt(6) == 0 ? null : text(random));
      }
      records.add(record);
    }
    return records;
  }

  private static String text(Random random) {
    int pieces = random.nextInt(40) == 0 ? random.nextInt(5000) : random.nextInt(5);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }
}
