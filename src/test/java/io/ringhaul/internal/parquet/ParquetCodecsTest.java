package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParquetCodecsTest {

  private static final String CODEC = "write.parquet.compression-codec";
  private static final String LEVEL = "write.parquet.compression-level";

  @Test
  void setsZstandardLevelUnlessUserSetOne() {
    assertThat(chosen(Map.of(CODEC, "zstd"))).isEqualTo(Map.of(CODEC, "zstd", LEVEL, "1"));
    assertThat(chosen(Map.of(CODEC, "ZSTD"))).isEqualTo(Map.of(CODEC, "ZSTD", LEVEL, "1"));
    assertThat(chosen(Map.of(CODEC, "zstd", LEVEL, "9")))
        .isEqualTo(Map.of(CODEC, "zstd", LEVEL, "9"));
  }

  @Test
  void leavesLevelOfOtherCodecs() {
    assertThat(chosen(Map.of(CODEC, "gzip"))).isEqualTo(Map.of(CODEC, "gzip"));
    assertThat(chosen(Map.of())).isEmpty();
  }

  private static Map<String, String> chosen(Map<String, String> given) {
    Map<String, String> properties = new HashMap<>(given);
    ParquetCodecs.chooseLevel(properties);
    return properties;
  }
}
