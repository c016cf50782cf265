package io.ringhaul.internal.csv;

import static io.ringhaul.internal.csv.CsvTexts.DSBULK;
import static io.ringhaul.internal.csv.CsvTexts.RFC4180;
import static io.ringhaul.internal.csv.CsvTexts.line;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.exceptions.InvalidSettingException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The exact bytes of a line. */
class LineBufferTest {

  static Stream<Arguments> fields() {
    // text, field in RFC 4180, field in the DSBulk dialect
    return Stream.of(
        same("", "\"\""),
        same("a", "a"),
        differs("\"", "\"\"\"\"", "\"\\\"\""),
        differs("a\"b", "\"a\"\"b\"", "\"a\\\"b\""),
        differs("\"a\"", "\"\"\"a\"\"\"", "\"\\\"a\\\"\""),
        same(",", "\",\""),
        same("a,b", "\"a,b\""),
        same("\r", "\"\r\""),
        same("\n", "\"\n\""),
        same("a\r\nb", "\"a\r\nb\""),
        same("\0", "\"\0\""),
        same("a\0b", "\"a\0b\""),
        same("\\", "\\"),
        same("\\\\", "\\\\"),
        same("a\\", "a\\"),
        differs("\\\"", "\"\\\"\"\"", "\"\\\\\\\"\""),
        differs("a,\\", "\"a,\\\"", "\"a,\\\\\""),
        same("\\n", "\\n"),
        differs("\\\n", "\"\\\n\"", "\"\\\\\n\""),
        differs(" ", "\" \"", " "),
        differs(" a", "\" a\"", " a"),
        differs("a ", "\"a \"", "a "),
        same("a b", "a b"),
        differs("\ta", "\"\ta\"", "\ta"),
        differs("#", "\"#\"", "#"),
        same("a#", "a#"),
        same("\uFEFFa", "\"\uFEFFa\""),
        same("a\uFEFF", "a\uFEFF"),
        same("\uFF0C", "\uFF0C"),
        same("\uD83D\uDE00", "\uD83D\uDE00"),
        differs("\uD83D\uDE00\"", "\"\uD83D\uDE00\"\"\"", "\"\uD83D\uDE00\\\"\""),
        same("null", "null"),
        same("'", "'"));
  }

  @ParameterizedTest
  @MethodSource("fields")
  void quotesFieldsWhereNecessary(String text, String rfc4180, String dsbulk) {
    assertThat(line(RFC4180, "x", text, "y")).isEqualTo("x," + rfc4180 + ",y\n");
    assertThat(line(DSBULK, "x", text, "y")).isEqualTo("x," + dsbulk + ",y\n");
  }

  @ParameterizedTest
  @MethodSource("fields")
  void writesFirstAndLastFieldAlike(String text, String rfc4180, String dsbulk) {
    assertThat(line(RFC4180, text, text)).isEqualTo(rfc4180 + "," + rfc4180 + "\n");
    assertThat(line(DSBULK, text, text)).isEqualTo(dsbulk + "," + dsbulk + "\n");
  }

  @Test
  void quotesEmptyTextButNotNull() {
    for (CsvSyntax syntax : new CsvSyntax[] {RFC4180, DSBULK}) {
      assertThat(line(syntax, null, "", null)).isEqualTo(",\"\",\n");
      assertThat(line(syntax, null, null)).isEqualTo(",\n");
      assertThat(line(syntax, "")).isEqualTo("\"\"\n");
      assertThat(line(syntax, new String[] {null})).isEqualTo("\n");
    }
  }

  @Test
  void usesConfiguredCharacters() {
    CsvSyntax tabs = new CsvSyntax(CsvDialect.RFC4180, '\t', '\'', '\'');
    assertThat(line(tabs, "a,b", "a\tb", "it's", "\"")).isEqualTo("a,b\t'a\tb'\t'it''s'\t\"\n");
    CsvSyntax pipes = new CsvSyntax(CsvDialect.DSBULK, '|', '"', '^');
    assertThat(line(pipes, "a,b", "a|b", "\"", "^|", "\\|"))
        .isEqualTo("a,b|\"a|b\"|\"^\"\"|\"^^|\"|\"\\|\"\n");
  }

  @Test
  void writesFieldOfAMegabyte() {
    char[] quotes = new char[1 << 20];
    Arrays.fill(quotes, '"');
    String text = new String(quotes);
    assertThat(line(RFC4180, text, "x")).isEqualTo('"' + text + text + "\",x\n");
    assertThat(line(DSBULK, text, "x")).isEqualTo('"' + text.replace("\"", "\\\"") + "\",x\n");
  }

  @Test
  void removesDroppedLine() {
    CsvOutput.LineBuffer lines = new CsvOutput.LineBuffer(RFC4180);
    lines.put("a");
    lines.put("b");
    lines.endLine();
    lines.put("c\"");
    lines.putNull();
    lines.beginField().put('d');
    lines.dropLine();
    lines.put("e");
    lines.putNull();
    lines.endLine();
    assertThat(new String(lines.array(), 0, lines.size(), UTF_8)).isEqualTo("a,b\ne,\n");
  }

  @Test
  void writesNextLineAfterALargeOne() {
    CsvOutput.LineBuffer lines = new CsvOutput.LineBuffer(RFC4180);
    lines.put("x".repeat(3 << 20));
    lines.clear();
    assertThat(lines.array()).hasSizeLessThan(1 << 20);
    lines.put("a");
    lines.endLine();
    assertThat(new String(lines.array(), 0, lines.size(), UTF_8)).isEqualTo("a\n");
  }

  @Test
  void rejectsCharactersThatCannotBeStructural() {
    for (char each : new char[] {'\0', '\r', '\n', 'é', '\u3000'}) {
      assertThatThrownBy(() -> new CsvSyntax(CsvDialect.RFC4180, each, '"', '"'))
          .isInstanceOfSatisfying(
              InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("delimiter"));
      assertThatThrownBy(() -> new CsvSyntax(CsvDialect.RFC4180, ',', each, '"'))
          .isInstanceOfSatisfying(
              InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("quote"));
      assertThatThrownBy(() -> new CsvSyntax(CsvDialect.RFC4180, ',', '"', each))
          .isInstanceOfSatisfying(
              InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("escape"));
    }
    assertThatThrownBy(() -> new CsvSyntax(CsvDialect.RFC4180, '"', '"', '"'))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "delimiter is '\"', which is also the quote or the escape character; choose another"
                + " one");
    assertThatThrownBy(() -> new CsvSyntax(CsvDialect.DSBULK, '\\', '"', '\\'))
        .isInstanceOf(InvalidSettingException.class);
  }

  private static Arguments same(String text, String field) {
    return Arguments.of(text, field, field);
  }

  private static Arguments differs(String text, String rfc4180, String dsbulk) {
    return Arguments.of(text, rfc4180, dsbulk);
  }
}
