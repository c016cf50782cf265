package io.ringhaul.csv;

import static io.ringhaul.csv.CsvTexts.DSBULK;
import static io.ringhaul.csv.CsvTexts.RFC4180;
import static io.ringhaul.csv.CsvTexts.listOf;
import static io.ringhaul.csv.CsvTexts.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.StorageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records as other writers leave them. */
class CsvReaderTest {

  @Test
  void linesMayEndInThreeWays() {
    assertThat(read(RFC4180, "a,b\r\nc,d\ne,f\rg,h"))
        .containsExactly(listOf("a", "b"), listOf("c", "d"), listOf("e", "f"), listOf("g", "h"));
    assertThat(read(DSBULK, "a,b\nc,d\ne,f")).hasSize(3);
    assertThat(read(DSBULK, "a,b\r\nc,d\r\ne,f\r\n"))
        .containsExactly(listOf("a", "b"), listOf("c", "d"), listOf("e", "f"));
    assertThat(read(DSBULK, "a,b\rc,d\r")).containsExactly(listOf("a", "b"), listOf("c", "d"));
  }

  @Test
  void inDsbulkFilesTheFirstLineShowsHowLinesEnd() {
    assertThat(read(DSBULK, "a,b\nc\r,\rd\r\n"))
        .containsExactly(listOf("a", "b"), listOf("c\r", "\rd\r"));
    assertThat(read(DSBULK, "a,b\r\nc\r,\rd\r\n"))
        .containsExactly(listOf("a", "b"), listOf("c\r", "\rd"));
    assertThat(read(DSBULK, "\"a\rx\",b\nc\r,d\n"))
        .containsExactly(listOf("a\rx", "b"), listOf("c\r", "d"));
  }

  @Test
  void withinQuotesEverythingIsKept() {
    assertThat(read(RFC4180, "\"\r\n\n\r\0,\"\"\\\",\"\"\n"))
        .containsExactly(listOf("\r\n\n\r\0,\"\\", ""));
    assertThat(read(DSBULK, "\"\r\n\n\r\0,\\\"\\\\\\n\\\",\",\"\"\n"))
        .containsExactly(listOf("\r\n\n\r\0,\"\\\\n\",", ""));
  }

  @Test
  void nullAndEmptyStayDifferent() {
    for (CsvSyntax syntax : new CsvSyntax[] {RFC4180, DSBULK}) {
      assertThat(read(syntax, ",\"\"\n\"\",\n,"))
          .containsExactly(listOf(null, ""), listOf("", null), listOf(null, null));
      assertThat(read(syntax, "a\n\n\"\"\n\n"))
          .containsExactly(
              listOf("a"), listOf(new String[] {null}), listOf(""), listOf(new String[] {null}));
    }
  }

  @Test
  void blankLinesBetweenWiderRecordsAreNoRecords() {
    assertThat(read(RFC4180, "\n\r\na,b\n\nc,d\n\n\n"))
        .containsExactly(listOf("a", "b"), listOf("c", "d"));
  }

  @Test
  void quotesAndBackslashesInBareFieldsAreText() {
    assertThat(read(RFC4180, "a\"b, \"c\",d\\\"\n"))
        .containsExactly(listOf("a\"b", " \"c\"", "d\\\""));
    assertThat(read(DSBULK, "a\"b, \"c\",\\\\\"\n"))
        .containsExactly(listOf("a\"b", " \"c\"", "\\\\\""));
  }

  @Test
  void aByteOrderMarkAtTheStartIsNoText() {
    assertThat(read(RFC4180, "\uFEFFa,\uFEFFb\n\uFEFFc,d\n"))
        .containsExactly(listOf("a", "\uFEFFb"), listOf("\uFEFFc", "d"));
    assertThat(read(RFC4180, "\uFEFF\"a\"\n")).containsExactly(listOf("a"));
    assertThat(read(RFC4180, "\uFEFF")).isEmpty();
    assertThat(read(RFC4180, "")).isEmpty();
    assertThat(read(RFC4180, "é")).containsExactly(listOf("é"));
  }

  @Test
  void blanksMayFollowTheClosingQuoteInDsbulkFiles() throws IOException {
    assertThat(read(DSBULK, "\"a\" ,\"b\"\t\n")).containsExactly(listOf("a", "b"));
    for (CsvReader reader : List.of(reader("\"a\" ,b\n", RFC4180), reader("\"a\"\0,b\n", DSBULK))) {
      reader.next();
      assertThat(reader.problem()).startsWith("has text after the closing quote of field 1");
    }
  }

  @Test
  void textAfterAClosingQuoteIsToldAndTheNextRecordIsRead() throws IOException {
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
  void aQuoteThatIsNotClosedNamesTheLineWhereTheRecordBegins() throws IOException {
    CsvReader reader = reader("a,b\n\"1\n2\",c\nd,\"e\nf,g\n", RFC4180);
    reader.next();
    reader.next();
    assertThat(reader.line()).isEqualTo(2);
    assertThatThrownBy(reader::next)
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The file f.csv ends within the quotes of field 2 of the record on line 4; it is cut"
                + " off, or was written in another dialect");
  }

  @Test
  void aRecordLargerThanAllowedIsRefused() throws IOException {
    String text = "a,b\n\"" + "x".repeat(1_000_000) + "\n\",b\n";
    CsvReader reader =
        new CsvReader(
            "f.csv", new ByteArrayInputStream(text.getBytes(UTF_8)), RFC4180, '\0', 900_000);
    reader.next();
    assertThatThrownBy(reader::next)
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The record on line 2 of f.csv is larger than 900000 bytes; a quote in it may not be"
                + " closed. If it is right, raise maxRecordSize");
  }

  @Test
  void aRecordOfTooManyFieldsIsRefused() throws IOException {
    String text = "a,b\n" + ",".repeat(100_000);
    CsvReader reader =
        new CsvReader(
            "f.csv", new ByteArrayInputStream(text.getBytes(UTF_8)), RFC4180, '\0', 1_000);
    reader.next();
    assertThatThrownBy(reader::next)
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The record on line 2 of f.csv is larger than 1000 bytes");
  }

  @Test
  void commentsAreSkippedWhereAsked() throws IOException {
    String text = "# one\na,b\n#\"two\n\"#c\",d\ne,#f\n#";
    assertThat(read(RFC4180, text)).hasSize(6);
    CsvReader reader =
        new CsvReader("f.csv", new ByteArrayInputStream(text.getBytes(UTF_8)), RFC4180, '#', 100);
    assertThat(CsvTexts.fields(reader.next())).containsExactly("a", "b");
    assertThat(CsvTexts.fields(reader.next())).containsExactly("#c", "d");
    assertThat(reader.line()).isEqualTo(4);
    assertThat(CsvTexts.fields(reader.next())).containsExactly("e", "#f");
    assertThat(reader.next()).isNull();
  }

  private static CsvReader reader(String text, CsvSyntax syntax) throws IOException {
    return new CsvReader(
        "f.csv", new ByteArrayInputStream(text.getBytes(UTF_8)), syntax, '\0', 1 << 20);
  }
}
