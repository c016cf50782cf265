package io.ringhaul.internal.csv;

import static io.ringhaul.internal.csv.CsvTexts.DSBULK;
import static io.ringhaul.internal.csv.CsvTexts.RFC4180;
import static io.ringhaul.internal.csv.CsvTexts.listOf;
import static io.ringhaul.internal.csv.CsvTexts.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.seeds.Seeds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Reads records in the forms of other writers. */
class CsvReaderTest {

  @Test
  void acceptsThreeLineEnds() {
    assertThat(read(RFC4180, "a,b\r\nc,d\ne,f\rg,h"))
        .containsExactly(listOf("a", "b"), listOf("c", "d"), listOf("e", "f"), listOf("g", "h"));
    assertThat(read(DSBULK, "a,b\nc,d\ne,f")).hasSize(3);
    assertThat(read(DSBULK, "a,b\r\nc,d\r\ne,f\r\n"))
        .containsExactly(listOf("a", "b"), listOf("c", "d"), listOf("e", "f"));
    assertThat(read(DSBULK, "a,b\rc,d\r")).containsExactly(listOf("a", "b"), listOf("c", "d"));
  }

  @Test
  void takesLineEndOfDsbulkFilesFromFirstLine() {
    assertThat(read(DSBULK, "a,b\nc\r,\rd\r\n"))
        .containsExactly(listOf("a", "b"), listOf("c\r", "\rd\r"));
    assertThat(read(DSBULK, "a,b\r\nc\r,\rd\r\n"))
        .containsExactly(listOf("a", "b"), listOf("c\r", "\rd"));
    assertThat(read(DSBULK, "\"a\rx\",b\nc\r,d\n"))
        .containsExactly(listOf("a\rx", "b"), listOf("c\r", "d"));
  }

  @Test
  void keepsAllCharactersWithinQuotes() {
    assertThat(read(RFC4180, "\"\r\n\n\r\0,\"\"\\\",\"\"\n"))
        .containsExactly(listOf("\r\n\n\r\0,\"\\", ""));
    assertThat(read(DSBULK, "\"\r\n\n\r\0,\\\"\\\\\\n\\\",\",\"\"\n"))
        .containsExactly(listOf("\r\n\n\r\0,\"\\\\n\",", ""));
  }

  @Test
  void distinguishesNullFromEmpty() {
    for (CsvSyntax syntax : new CsvSyntax[] {RFC4180, DSBULK}) {
      assertThat(read(syntax, ",\"\"\n\"\",\n,"))
          .containsExactly(listOf(null, ""), listOf("", null), listOf(null, null));
      assertThat(read(syntax, "a\n\n\"\"\n\n"))
          .containsExactly(
              listOf("a"), listOf(new String[] {null}), listOf(""), listOf(new String[] {null}));
    }
  }

  @Test
  void skipsBlankLinesBetweenWiderRecords() {
    assertThat(read(RFC4180, "\n\r\na,b\n\nc,d\n\n\n"))
        .containsExactly(listOf("a", "b"), listOf("c", "d"));
  }

  @Test
  void readsQuotesAndBackslashesInUnquotedFieldsAsText() {
    assertThat(read(RFC4180, "a\"b, \"c\",d\\\"\n"))
        .containsExactly(listOf("a\"b", " \"c\"", "d\\\""));
    assertThat(read(DSBULK, "a\"b, \"c\",\\\\\"\n"))
        .containsExactly(listOf("a\"b", " \"c\"", "\\\\\""));
  }

  @Test
  void skipsByteOrderMark() {
    assertThat(read(RFC4180, "\uFEFFa,\uFEFFb\n\uFEFFc,d\n"))
        .containsExactly(listOf("a", "\uFEFFb"), listOf("\uFEFFc", "d"));
    assertThat(read(RFC4180, "\uFEFF\"a\"\n")).containsExactly(listOf("a"));
    assertThat(read(RFC4180, "\uFEFF")).isEmpty();
    assertThat(read(RFC4180, "")).isEmpty();
    assertThat(read(RFC4180, "é")).containsExactly(listOf("é"));
  }

  @Test
  void acceptsBlanksAfterClosingQuoteInDsbulkFiles() throws IOException {
    assertThat(read(DSBULK, "\"a\" ,\"b\"\t\n")).containsExactly(listOf("a", "b"));
    for (CsvReader reader : List.of(reader("\"a\" ,b\n", RFC4180), reader("\"a\"\0,b\n", DSBULK))) {
      reader.next();
      assertThat(reader.problem()).startsWith("has text after the closing quote of field 1");
    }
  }

  @Test
  void reportsTextAfterClosingQuoteAndReadsNextRecord() throws IOException {
    CsvReader rfc = reader("a,b\n\"c\"d,\"e\"\"f\"\ng,\"h\"i\nj,k\n", RFC4180);
    rfc.next();
    assertThat(rfc.problem()).isNull();
    rfc.next();
    assertThat(rfc.problem())
        .isEqualTo(
            "has text after the closing quote of field 1; write a quote within quotes as \"\"");
    assertThat(rfc.line()).isEqualTo(2);
    rfc.next();
    assertThat(rfc.problem()).startsWith("has text after the closing quote of field 2");
    assertThat(CsvTexts.fields(rfc.next())).containsExactly("j", "k");
    assertThat(rfc.problem()).isNull();
    assertThat(rfc.next()).isNull();

    CsvReader dsbulk = reader("\"a\"\"b\",c\nd,e\n", DSBULK);
    dsbulk.next();
    assertThat(dsbulk.problem())
        .isEqualTo(
            "has text after the closing quote of field 1; write a quote within quotes as \\\"");
    assertThat(CsvTexts.fields(dsbulk.next())).containsExactly("d", "e");
  }

  @Test
  void endsRecordAtItsQuotesAfterLineBreaksWithinQuotes() throws IOException {
    CsvReader reader = reader("a,b\n\"1\n2\",c\nd,\"e\nf\"g,h\ni,j\nk,\"l\nm,n\n", RFC4180);
    reader.next();
    assertRecord(reader, 2, "\"1\n2\",c", null);
    assertRecord(
        reader,
        4,
        "d,\"e\nf\"g,h",
        "has text after the closing quote of field 2; write a quote within quotes as \"\"");
    assertRecord(reader, 6, "i,j", null);
    assertRecord(
        reader,
        7,
        "k,\"l\nm,n\n",
        "has a quote in field 2 that is not closed at the end of the file; the file is truncated"
            + " or has another dialect");
    assertThat(reader.next()).isNull();
    assertThat(reader.text()).isNull();
  }

  @Test
  void endsRecordWithItsLineWithoutLineBreaksWithinQuotes() throws IOException {
    String problem =
        "has a quote in field 2 that is not closed on its line, and no earlier record has several"
            + " lines; close the quote, or write a quote within quotes as \"\"";
    CsvReader open = reader("a,b\nc,\"d\ne,f\r\ng,h\n", RFC4180);
    assertRecord(open, 1, "a,b", null);
    assertRecord(open, 2, "c,\"d", problem);
    assertRecord(open, 3, "e,f", null);
    assertRecord(open, 4, "g,h", null);
    assertThat(open.next()).isNull();

    CsvReader closedLater = reader("a,b\nc,\"d\ne,f\ng,\"h\"\ni,j\n", RFC4180);
    closedLater.expectFields(2);
    closedLater.next();
    assertRecord(closedLater, 2, "c,\"d", problem);
    assertRecord(closedLater, 3, "e,f", null);
    assertRecord(closedLater, 4, "g,\"h\"", null);
    assertRecord(closedLater, 5, "i,j", null);

    // The next quote happens to close it, so that the delimiters between become text.
    CsvReader narrow = reader("1,a,2\n1,\"abc,5\n2,x,6\"\n3,y,7\n", RFC4180);
    narrow.expectFields(3);
    narrow.next();
    assertRecord(narrow, 2, "1,\"abc,5", problem);
    assertRecord(narrow, 3, "2,x,6\"", null);
    assertRecord(narrow, 4, "3,y,7", null);
    assertThat(narrow.next()).isNull();

    CsvReader wide = reader("a,b\nc,\"d\ne,\",f\ng,h\n", RFC4180);
    wide.expectFields(2);
    wide.next();
    assertRecord(wide, 2, "c,\"d", problem);
    assertRecord(wide, 3, "e,\",f", problem);
    assertRecord(wide, 4, "g,h", null);

    CsvReader last = reader("a,b\nc,\"d", DSBULK);
    last.next();
    assertRecord(
        last,
        2,
        "c,\"d",
        "has a quote in field 2 that is not closed at the end of the file; the file is truncated"
            + " or has another dialect");
    assertThat(last.next()).isNull();
  }

  @Test
  void rejectsRecordThatIsTooLargeAndReadsNext() throws IOException {
    String problem =
        "is larger than 900000 bytes. Check it for an unclosed quote or bracket; if it is"
            + " correct, raise maxRecordSize (--max-record-size)";
    String large = "x".repeat(1_000_000);
    CsvReader reader =
        reader(
            "a,b\n\""
                + large
                + "\",b\nc,d\n"
                + large
                + ",e\nf,"
                + large
                + "\ng,\"h\n\ni\"\n\""
                + large
                + "\n"
                + large
                + "\",j\nk,l\nm,\"\n"
                + large,
            RFC4180,
            900_000);
    assertRecord(reader, 1, "a,b", null);
    assertRecord(reader, 2, null, problem);
    assertRecord(reader, 3, "c,d", null);
    assertRecord(reader, 4, null, problem);
    assertRecord(reader, 5, null, problem);
    assertRecord(reader, 6, "g,\"h\n\ni\"", null);
    assertRecord(reader, 9, null, problem);
    assertRecord(reader, 11, "k,l", null);
    assertRecord(reader, 12, null, problem);
    assertThat(reader.next()).isNull();

    // Without earlier line breaks within quotes, an unclosed quote spoils one line.
    CsvReader open =
        reader("a,b\nc,\"d\n" + "e,f\n".repeat(1_000) + "g,\"" + large + "\nh,i\n", RFC4180, 999);
    open.next();
    assertRecord(
        open,
        2,
        "c,\"d",
        "has a quote in field 2 that is not closed on its line, and no earlier record has several"
            + " lines; close the quote, or write a quote within quotes as \"\"");
    for (int line = 3; line < 1_003; line++) {
      assertRecord(open, line, "e,f", null);
    }
    assertRecord(
        open,
        1_003,
        null,
        "is larger than 999 bytes. Check it for an unclosed quote or bracket; if it is"
            + " correct, raise maxRecordSize (--max-record-size)");
    assertRecord(open, 1_004, "h,i", null);
    assertThat(open.next()).isNull();
  }

  @Test
  void rejectsRecordWithTooManyFields() throws IOException {
    CsvReader reader = reader("a,b\n" + ",".repeat(100_000) + "\nc,d", RFC4180, 1_000);
    reader.next();
    reader.next();
    assertThat(reader.problem()).startsWith("is larger than 1000 bytes");
    assertRecord(reader, 3, "c,d", null);
  }

  @Test
  void reportsRecordsOfAnotherWidth() throws IOException {
    CsvReader reader = reader("a\n\nb,c\n\"\"\n,\n", RFC4180);
    reader.expectFields(2);
    assertRecord(reader, 1, "a", "has 1 fields, not 2");
    assertRecord(reader, 3, "b,c", null);
    assertRecord(reader, 4, "\"\"", "has 1 fields, not 2");
    assertRecord(reader, 5, ",", null);
    assertThat(reader.next()).isNull();
  }

  /** The texts of valid and malformed records and the line ends between them make up the file. */
  @Test
  void keepsTextsAtAllBufferBoundaries() {
    Seeds.each(
        300,
        random -> {
          CsvSyntax syntax = random.nextBoolean() ? RFC4180 : DSBULK;
          StringBuilder file = new StringBuilder();
          int records = random.nextInt(40);
          for (int i = 0; i < records; i++) {
            int length = random.nextInt(8) == 0 ? random.nextInt(70_000) : random.nextInt(9);
            String characters = random.nextBoolean() ? "ab,\"\\\r\nc,d" : "ab,c";
            random
                .ints(length, 0, characters.length())
                .forEach(c -> file.append(characters.charAt(c)));
            file.append(random.nextInt(5) == 0 ? "\r\n" : "\n");
          }
          byte[] bytes = file.toString().getBytes(UTF_8);
          try {
            CsvReader reader =
                new CsvReader(dripping(bytes, random), syntax, '\0', 1 << 20, 100_000);
            reader.takeBlankLinesAsRecords();
            reader.expectFields(random.nextInt(3));
            int at = 0;
            while (reader.next() != null) {
              byte[] text = Objects.requireNonNull(reader.text());
              assertThat(Arrays.copyOfRange(bytes, at, at + text.length)).isEqualTo(text);
              at += text.length;
              if (at < bytes.length) {
                assertThat(bytes[at]).isIn((byte) '\r', (byte) '\n');
                at += bytes[at] == '\r' && at + 1 < bytes.length && bytes[at + 1] == '\n' ? 2 : 1;
              }
            }
            assertThat(at).isEqualTo(bytes.length);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** A stream that returns its bytes in pieces of random size. */
  private static InputStream dripping(byte[] bytes, Random random) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] target, int offset, int length) {
        return super.read(target, offset, Math.min(length, 1 + random.nextInt(20_000)));
      }
    };
  }

  @Test
  void skipsComments() throws IOException {
    String text = "# one\na,b\n#\"two\n\"#c\",d\ne,#f\n#";
    assertThat(read(RFC4180, text)).hasSize(6);
    CsvReader reader =
        new CsvReader(new ByteArrayInputStream(text.getBytes(UTF_8)), RFC4180, '#', 100, 10_000);
    assertThat(CsvTexts.fields(reader.next())).containsExactly("a", "b");
    assertThat(CsvTexts.fields(reader.next())).containsExactly("#c", "d");
    assertThat(reader.line()).isEqualTo(4);
    assertThat(CsvTexts.fields(reader.next())).containsExactly("e", "#f");
    assertThat(reader.next()).isNull();
  }

  private static void assertRecord(
      CsvReader reader, long line, @Nullable String text, @Nullable String problem)
      throws IOException {
    assertThat(reader.next()).isNotNull();
    byte[] actual = reader.text();
    assertThat(actual == null ? null : new String(actual, UTF_8)).isEqualTo(text);
    assertThat(reader.problem()).isEqualTo(problem);
    assertThat(reader.line()).isEqualTo(line);
  }

  private static CsvReader reader(String text, CsvSyntax syntax) throws IOException {
    return reader(text, syntax, 1 << 20);
  }

  private static CsvReader reader(String text, CsvSyntax syntax, int largest) throws IOException {
    return new CsvReader(
        new ByteArrayInputStream(text.getBytes(UTF_8)), syntax, '\0', largest, 10_000);
  }
}
