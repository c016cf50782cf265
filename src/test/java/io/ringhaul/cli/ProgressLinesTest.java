package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.limits.Pause;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Progress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that the lines of a progress fit their terminal and show the most important figures first.
 */
class ProgressLinesTest {

  private static final String OPERATION = "export store.orders";
  private static final Instant NOW = Instant.parse("2026-03-02T19:55:00Z");
  private static final Pause PAUSE =
      new Pause(
          "The current time is outside of the run window 22:00-01:00 Etc/UTC",
          NOW.minusSeconds(60),
          Optional.of(Instant.parse("2026-03-02T22:00:00Z")));

  private static Progress progress(double completed) {
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
        Duration.ZERO,
        Optional.of(
            new LimitingFactor(LimitingFactor.Kind.ROWS_PER_SECOND, 0.93, OptionalLong.of(8_000))),
        Health.WELL,
        Optional.empty());
  }

  private static ProgressLines running() {
    return lines(progress(0.629));
  }

  private static ProgressLines lines(Progress progress) {
    return new ProgressLines(progress, NOW);
  }

  private static ProgressLines in(Health.State state, String text, int seconds) {
    return lines(
        progress(0.629)
            .withCondition(
                Optional.of(
                    new LimitingFactor(LimitingFactor.Kind.CLUSTER, 1, OptionalLong.empty())),
                new Health(state, text, Duration.ofSeconds(seconds)),
                Optional.empty()));
  }

  private static TerminalScreen.Look look(int width) {
    return new TerminalScreen.Look(width, true, false);
  }

  /** The states that the lines can show. */
  private static Map<String, ProgressLines> states() {
    Map<String, ProgressLines> states = new LinkedHashMap<>();
    states.put("running", running());
    states.put("begun", lines(begun()));
    states.put("slowed", in(Health.State.SLOWED, "Throughput fell from 8,012 to 1,200 rows/s", 20));
    states.put("stalled", in(Health.State.STALLED, "The cluster has not answered for 8 s", 8));
    states.put("failing", in(Health.State.FAILING, "Requests fail, and none succeeds", 3));
    states.put(
        "paused",
        lines(
            progress(0.629)
                .withCondition(
                    Optional.empty(),
                    new Health(Health.State.PAUSED, PAUSE.reason(), Duration.ofSeconds(60)),
                    Optional.of(PAUSE))));
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
        Duration.ZERO,
        Optional.empty(),
        Health.WELL,
        Optional.empty());
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
  void showsStallInPlaceOfRateAndTimeLeft() {
    ProgressLines stalled = in(Health.State.STALLED, "The cluster has not answered for 6 s", 6);
    List<TerminalScreen.Line> drawn = stalled.fitting(OPERATION, look(60));
    assertThat(drawn.get(0).text()).contains("   0 rows/s", "stalled 6 s").doesNotContain("left");
    assertThat(drawn.get(1).text()).contains("The cluster has not answered for 6 s");
    assertThat(stalled.whole())
        .startsWith("62 %, 0 rows/s, stalled 6 s, ")
        .endsWith(", The cluster has not answered for 6 s");
  }

  @Test
  void saysWhatLimitsTheOperationInTheWordsOfTheCommandLine() {
    assertThat(running().fitting(OPERATION, look(60)).get(1).text())
        .startsWith("  Limited by your limit of 8,000 rows/s (--rate)");
  }

  @Test
  void roundsPercentageDown() {
    assertThat(lines(progress(0.999)).whole()).startsWith("99 %,");
    assertThat(lines(progress(1)).whole()).startsWith("100 %, 8,012 rows/s, finishing, ");
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
    String line = lines(progress(completed)).fitting(OPERATION, look(80)).get(0).text();
    return line.substring(line.indexOf('▕'), line.lastIndexOf('▏') + 1);
  }
}
