package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that help pages have colours on a terminal, unless NO_COLOR is set, and nowhere else. */
class TerminalColourTest {

  private static final String ESCAPE = "\u001b[";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"count --help", "help count", "help csv"})
  void terminalHasColoursUnlessForbidden(String words) throws Exception {
    assertThat(onTerminal(words, false))
        .contains("--", ESCAPE)
        // The text of an escape sequence that TerminalText has escaped.
        .doesNotContain("\\u001b");
    assertThat(onTerminal(words, true)).contains("--").doesNotContain(ESCAPE, "\\u001b");
    CapturedRun toFile = CapturedRun.inChild(folder, words.split(" "));
    assertThat(toFile.exitCode()).as(toFile.err()).isZero();
    assertThat(toFile.out()).contains("--").doesNotContain(ESCAPE, "\\u001b");
  }

  private static String onTerminal(String words, boolean withoutColours)
      throws IOException, InterruptedException {
    String command =
        String.format(
            "'%s' -XX:TieredStopAtLevel=1 %s %s",
            Path.of(System.getProperty("java.home"), "bin", "java"), Main.class.getName(), words);
    ProcessBuilder builder =
        new ProcessBuilder("script", "-qefc", command, "/dev/null").redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("TERM", "xterm");
    builder.environment().remove("NO_COLOR");
    if (withoutColours) {
      builder.environment().put("NO_COLOR", "1");
    }
    Process process = builder.start();
    String shown = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(shown).isZero();
    return shown;
  }
}
