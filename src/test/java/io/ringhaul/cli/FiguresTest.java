package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the texts of numbers, times and sizes. */
class FiguresTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0 | 0 rows", "1 | 1 row", "2 | 2 rows", "1234567 | 1,234,567 rows"})
  void countsInSingularAndPlural(long count, String text) {
    assertThat(Figures.count(count, "row", "rows")).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0       | 0.00 s",
        "20      | 0.02 s",
        "7350    | 7.35 s",
        "10000   | 10 s",
        "59999   | 59 s",
        "192000  | 3 min 12 s",
        "11100000 | 3 h 5 min"
      })
  void writesTimes(long millis, String text) {
    assertThat(Figures.time(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"45 | 45 s", "60 | 1 min 0 s", "11100 | 3 h 5 min"})
  void writesWholeSeconds(long seconds, String text) {
    assertThat(Figures.wholeSeconds(Duration.ofSeconds(seconds))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0           | 0 bytes",
        "1           | 1 byte",
        "999         | 999 bytes",
        "1000        | 1.0 kB (1,000 bytes)",
        "9949        | 9.9 kB (9,949 bytes)",
        "9950        | 10 kB (9,950 bytes)",
        "999499      | 999 kB (999,499 bytes)",
        "999500      | 1.0 MB (999,500 bytes)",
        "85012345    | 85 MB (85,012,345 bytes)",
        "9223372036854775807 | 9.2 EB (9,223,372,036,854,775,807 bytes)"
      })
  void writesSizesWithExactNumber(long bytes, String text) {
    assertThat(Figures.size(bytes)).isEqualTo(text);
  }
}
