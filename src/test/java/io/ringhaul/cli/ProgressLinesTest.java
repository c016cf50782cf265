package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.limits.Pause;
import io.ringhaul.monitor.Progress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that the lines of a progress fit their terminal and show the most important figures first.
 */
class ProgressLinesTest {

  private static final String OPERATION = "export store.orders";
  private static final String NOTE = "bottleneck: client CPU (process)";
  private static final Instant NOW = Instant.parse("2026-03-02T19:55:00Z");
  private static final Pause PAUSE =
      new Pause(
          "The current time is outside of the run window 22:00-01:00 Etc/UTC, which opens at"
              + " 2026-03-02T22:00Z",
          NOW.minusSeconds(60),
          Optional.of(Instant.parse("2026-03-02T22:00:00Z")));

  private static Progress progress(double completed, Duration unanswered) {
    return new Progress(
        5,
        8,
        186_400,
        0,
        1_000_000,
        Duration.ofMinutes(1),
        completed,
        8_012,
        Optional.of(Duration.ofSeconds(140)),
        12,
        3,
        unanswered);
  }

  private static ProgressLines running() {
    return lines(progress(0.629, Duration.ZERO), Optional.empty(), NOTE);
  }

  private static ProgressLines lines(Progress progress, Optional<Pause> pause, String note) {
    return new ProgressLines(progress, pause, NOW, note);
  }

  private static TerminalScreen.Look look(int width) {
    return new TerminalScreen.Look(width, true, false);
  }

  /** The states that the lines can show. */
  private static Map<String, ProgressLines> states() {
    Map<String, ProgressLines> states = new LinkedHashMap<>();
    states.put("running", running());
    states.put("begun", lines(begun(), Optional.empty(), ""));
    states.put("stalled", lines(progress(0.629, Duration.ofMillis(8_400)), Optional.empty(), NOTE));
    states.put("paused", lines(progress(0.629, Duration.ZERO), Optional.of(PAUSE), NOTE));
    return states;
  }

  private static Progress begun() {
    return new Progress(
        0,
        2_000,
        0,
        0,
        0,
        Duration.ofSeconds(2),
        0,
        0,
        Optional.empty(),
        1,
        0,
        Duration.ZERO);
  }

  @Test
  void linesAreApproved() throws IOException {
    StringBuilder text = new StringBuilder();
    for (boolean hasBlocks : List.of(true, false)) {
      for (int width : List.of(60, 80, 100, 160)) {
        text.append(hasBlocks ? "blocks, " : "ASCII, ").append(width).append(" columns\n");
        states()
            .forEach(
                (name, state) ->
                    state
                        .fitting(OPERATION, new TerminalScreen.Look(width, hasBlocks, false))
                        .forEach(line -> text.append(line.text()).append('\n')));
        text.append('\n');
      }
    }
    text.append("colours, 80 columns\n");
    states()
        .forEach(
            (name, state) ->
                state
                    .fitting(OPERATION, new TerminalScreen.Look(80, true, true))
                    .forEach(
                        line -> text.append(line.text().replace("\033", "<ESC>")).append('\n')));
    text.append("\nwithout a terminal\n");
    states().forEach((name, state) -> text.append(state.whole()).append('\n'));
    ApprovedTexts.assertApproved("progress", Map.of("progress.txt", text.toString()));
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 39, 40, 41, 60, 79, 80, 99, 100, 119, 159, 160, 250})
  void leavesLastColumnFree(int width) {
    for (boolean hasColours : List.of(true, false)) {
      for (ProgressLines state : states().values()) {
        List<TerminalScreen.Line> drawn =
            state.fitting(OPERATION, new TerminalScreen.Look(width, true, hasColours));
        assertThat(drawn)
            .hasSize(2)
            .allSatisfy(
                line ->
                    assertThat(line.text().replaceAll("\033\\[\\d*m", ""))
                        .hasSize(line.length())
                        .hasSizeLessThan(width));
      }
    }
    assertThat(ProgressLines.beginning(OPERATION, Duration.ofSeconds(3), look(width)))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line.length()).isLessThan(width));
  }

  @Test
  void keepsRateAndTimeLeftAtAnyUsualWidth() {
    for (int width : List.of(40, 60, 80, 100, 160)) {
      assertThat(running().fitting(OPERATION, look(width)).get(0).text())
          .contains(" 62 %", "8,012 rows/s", "2 min 20 s left");
    }
  }

  @Test
  void showsStallInPlaceOfTimeLeft() {
    ProgressLines stalled =
        lines(progress(0.629, Duration.ofMillis(6_400)), Optional.empty(), NOTE);
    assertThat(stalled.fitting(OPERATION, look(60)).get(0).text())
        .contains("stalled 6 s")
        .doesNotContain("left");
    assertThat(stalled.whole()).contains("stalled 6 s").doesNotContain("left");
    assertThat(lines(progress(0.5, Duration.ofMillis(2_900)), Optional.empty(), "").whole())
        .contains("left")
        .doesNotContain("stalled");
  }

  @Test
  void roundsPercentageDown() {
    assertThat(lines(progress(0.999, Duration.ZERO), Optional.empty(), "").whole())
        .startsWith("99 %,");
    assertThat(lines(progress(1, Duration.ZERO), Optional.empty(), "").whole())
        .startsWith("100 %,");
  }

  @Test
  void fillsBarByEighths() {
    double cell = 1.0 / (bar(0).length() - 2);
    String before = bar(8 * cell + 1e-9);
    String after = bar((8 + 1.0 / 8) * cell + 1e-9);
    assertThat(before).matches("▕█+ +▏");
    assertThat(after).matches("▕█+▏ +▏").hasSameSizeAs(before);
    assertThat(bar(1)).matches("▕█+▏");
    assertThat(bar(0)).matches("▕ +▏");
  }

  private static String bar(double completed) {
    String line =
        lines(progress(completed, Duration.ZERO), Optional.empty(), "")
            .fitting(OPERATION, look(80))
            .get(0)
            .text();
    return line.substring(line.indexOf('▕'), line.lastIndexOf('▏') + 1);
  }
}
