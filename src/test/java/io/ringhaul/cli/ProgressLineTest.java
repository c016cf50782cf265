package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.Progress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a progress line fits its terminal and shows the most important figures first. */
class ProgressLineTest {

  private static final String OPERATION = "export store.orders";
  private static final String NOTE = "bottleneck: the client's processors are busy for 97 %";

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
        unanswered,
        Optional.empty(),
        Health.WELL,
        Optional.empty());
  }

  private static String line(int width) {
    return new ProgressLine(progress(0.629, Duration.ZERO), "").fitting(OPERATION, width);
  }

  @Test
  void isReadableAtUsualWidths() {
    assertThat(line(40).strip()).isEqualTo("62 %  8,012 rows/s, 2 min 20 s left");
    assertThat(line(79).strip())
        .isEqualTo("62 % [=============>        ]  8,012 rows/s, 2 min 20 s left, 186,400 rows");
    assertThat(line(99).strip())
        .isEqualTo(
            "export store.orders   62 % [=============>       ]  8,012 rows/s, 2 min 20 s left,"
                + " 186,400 rows");
    assertThat(line(119).strip())
        .isEqualTo(
            "export store.orders   62 % [===============>         ]  8,012 rows/s, 2 min 20 s left,"
                + " 186,400 rows, 5/8 tasks");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 20, 39, 40, 41, 60, 79, 80, 99, 119, 159, 250})
  void fillsExactTerminalWidth(int width) {
    assertThat(line(width)).hasSize(width);
    assertThat(
            new ProgressLine(progress(0.999, Duration.ofSeconds(75)), NOTE)
                .fitting(OPERATION, width))
        .hasSize(width);
  }

  @Test
  void showsUnansweredTimeFirst() {
    ProgressLine line = new ProgressLine(progress(0.629, Duration.ofMillis(6_400)), NOTE);
    assertThat(line.fitting(OPERATION, 40).strip())
        .isEqualTo("62 %  8,012 rows/s, no answer for 6 s");
    assertThat(line.fitting(OPERATION, 79)).contains("8,012 rows/s", "no answer for 6 s");
    assertThat(line.whole())
        .isEqualTo(
            "62 %, 8,012 rows/s, 2 min 20 s left, no answer for 6 s, 186,400 rows, 5/8 tasks,"
                + " 12 in flight, 3 retries, "
                + NOTE);
    assertThat(new ProgressLine(progress(0.5, Duration.ofMillis(2_900)), "").whole())
        .doesNotContain("no answer");
  }

  @Test
  void showsBottleneckIfItFits() {
    ProgressLine line = new ProgressLine(progress(0.629, Duration.ZERO), NOTE);
    assertThat(line.fitting(OPERATION, 79)).doesNotContain("bottleneck");
    assertThat(line.fitting(OPERATION, 200)).contains(NOTE);
  }

  @Test
  void roundsPercentageDown() {
    assertThat(new ProgressLine(progress(0.999, Duration.ZERO), "").whole()).startsWith("99 %,");
    assertThat(new ProgressLine(progress(1, Duration.ZERO), "").whole()).startsWith("100 %,");
  }
}
