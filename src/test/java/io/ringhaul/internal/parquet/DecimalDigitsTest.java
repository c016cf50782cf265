package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.seeds.Seeds;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class DecimalDigitsTest {

  private final LeafCell.DecimalDigits digits = new LeafCell.DecimalDigits();

  @Test
  void formatsNumbersLikeBigDecimal() {
    long[] unscaled = {0, 1, 9, 10, 99, 100, 12_345_678, Long.MAX_VALUE, Long.MAX_VALUE - 1};
    for (int scale = 0; scale <= 6; scale++) {
      for (long number : unscaled) {
        assertSame(number, scale);
        assertSame(-number, scale);
      }
      assertSame(Long.MIN_VALUE, scale);
    }
  }

  @Test
  void formatsRandomNumbersLikeBigDecimal() {
    Seeds.each(
        30,
        random -> {
          for (int i = 0; i < 1_000; i++) {
            assertSame(random.nextLong() >> random.nextInt(64), random.nextInt(7));
          }
        });
  }

  @Test
  void rejectsScalesThatMayNeedExponent() {
    assertThat(LeafCell.DecimalDigits.takes(-1)).isFalse();
    assertThat(LeafCell.DecimalDigits.takes(0)).isTrue();
    assertThat(LeafCell.DecimalDigits.takes(6)).isTrue();
    assertThat(LeafCell.DecimalDigits.takes(7)).isFalse();
    assertThat(BigDecimal.valueOf(1, 6).toString()).isEqualTo("0.000001");
    assertThat(BigDecimal.valueOf(1, 7).toString()).isEqualTo("1E-7");
  }

  private void assertSame(long unscaled, int scale) {
    assertThat(digits.format(unscaled, scale).toStringUsingUTF8())
        .isEqualTo(BigDecimal.valueOf(unscaled, scale).toString());
  }
}
