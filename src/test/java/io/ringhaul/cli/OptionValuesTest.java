package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Tests durations on the command line. */
class OptionValuesTest {

  @ParameterizedTest
  @CsvSource({"90s, PT90S", "30M, PT30M", "12h, PT12H", "7d, P7D", "P7D, P7D", "PT1H30M, PT90M"})
  void acceptsShortAndLongForms(String text, Duration expected) {
    assertThat(new OptionValues.Age().convert(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "d", "7 days", "-7d", "P-7D", "1.5h"})
  void rejectsOtherForms(String text) {
    assertThatThrownBy(() -> new OptionValues.Age().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("is not a duration");
  }
}
