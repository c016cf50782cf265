package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that characters which control a terminal are shown by their code. */
class TerminalTextTest {

  @ParameterizedTest
  @ValueSource(
      ints = {
        0x00, 0x07, 0x08, 0x0b, 0x0d, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9d, 0x9f, 0x061c,
        0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069
      })
  void escapesInvisibleCharacters(int code) {
    assertThat(TerminalText.escaped("a" + (char) code + "b"))
        .isEqualTo(String.format(Locale.ROOT, "a\\u%04xb", code));
  }

  @Test
  void keepsTextLineBreaksAndTabs() {
    String text = "é 漢字 😀 \u00a0 \u00ad|\n\tnext \\ line";
    assertThat(TerminalText.escaped(text)).isSameAs(text);
  }

  @Test
  void writersAndStreamsEscape() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    PrintWriter writer = TerminalText.writer(stream);
    writer.println("1 \u001b[2J");
    writer.printf("2 %s%n", "\u009b😀");
    writer.append('\u0007').append("3\n").flush();
    PrintStream log = TerminalText.stream(stream);
    log.println("4 \u001b");
    log.println(new IllegalStateException("5 \u001b"));
    log.print("6 \u001b");
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            "1 \\u001b[2J\n2 \\u009b😀\n\\u00073\n4 \\u001b\n"
                + "java.lang.IllegalStateException: 5 \\u001b\n6 \\u001b");
  }
}
