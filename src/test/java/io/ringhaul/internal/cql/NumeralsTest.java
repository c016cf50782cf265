package io.ringhaul.internal.cql;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.seeds.Seeds;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumeralsTest {

  @Test
  void parsesLongNumbersAsJavaDoes() {
    Seeds.each(
        50,
        random -> {
          String digits = digits(random, 1 + random.nextInt(5_000));
          String sign = new String[] {"", "-", "+"}[random.nextInt(3)];
          assertThat(Numerals.parseVarint(sign + digits)).isEqualTo(new BigInteger(sign + digits));
          int point = random.nextInt(digits.length() + 1);
          String exponent = new String[] {"", "e17", "E-400", "e+5"}[random.nextInt(4)];
          String decimal =
              sign + digits.substring(0, point) + "." + digits.substring(point) + exponent;
          assertThat(Numerals.parseDecimal(decimal)).isEqualTo(new BigDecimal(decimal));
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "-", "+-", "--", "1.2.", "e", "e1.", "e99999999999", "1e-2147483647"})
  void rejectsWhatJavaRejects(String part) {
    String ones = "1".repeat(1_500);
    for (String text : List.of(part + ones, ones + part)) {
      assertThat(outcome(Numerals::parseVarint, text)).isEqualTo(outcome(BigInteger::new, text));
      assertThat(outcome(Numerals::parseDecimal, text)).isEqualTo(outcome(BigDecimal::new, text));
    }
  }

  private static Optional<Number> outcome(Function<String, Number> parser, String text) {
    try {
      return Optional.of(parser.apply(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static String digits(Random random, int count) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < count; i++) {
      digits.append((char) ('0' + random.nextInt(10)));
    }
    return digits.toString();
  }
}
