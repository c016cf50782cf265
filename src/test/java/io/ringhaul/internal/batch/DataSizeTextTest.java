package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.batch.ServerBatchLimits.DataSizeText;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataSizeTextTest {

  @ParameterizedTest
  @CsvSource({
    "5KiB, 5120",
    "50KiB, 51200",
    "16MiB, 16777216",
    "2GiB, 2147483648",
    "100B, 100",
    "0B, 0",
    "' 5KiB ', 5120"
  })
  void parsesSizeWithUnit(String text, long bytes) {
    assertThat(DataSizeText.bytes(text, 1)).hasValue(bytes);
    assertThat(DataSizeText.bytes(text, 1024)).hasValue(bytes);
  }

  @Test
  void appliesUnitOfSettingName() {
    assertThat(DataSizeText.bytes("5", 1024)).hasValue(5120);
    assertThat(DataSizeText.bytes("32", 1 << 20)).hasValue(32 << 20);
    assertThat(DataSizeText.bytes("7", 1)).hasValue(7);
  }

  @Test
  void clampsTooLargeSizes() {
    assertThat(DataSizeText.bytes("999999999999999999GiB", 1)).hasValue(Long.MAX_VALUE);
    assertThat(DataSizeText.bytes("9223372036GiB", 1)).hasValue(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {"", "null", "-1", "5 KiB", "5kib", "5KB", "KiB", "1.5MiB", "9999999999999999999"})
  void rejectsOtherText(@Nullable String text) {
    assertThat(DataSizeText.bytes(text, 1024)).isEmpty();
  }
}
