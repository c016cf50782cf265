package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Tests limits from the settings of several versions. */
class ServerBatchLimitsTest {

  @Test
  void parsesSettingsOfCassandra5() {
    assertThat(
            ServerBatchLimits.of(
                Map.of(
                    "batch_size_warn_threshold", "6KiB",
                    "batch_size_fail_threshold", "70KiB",
                    "max_mutation_size", "12MiB",
                    "commitlog_segment_size", "32MiB",
                    // The old names have the new values.
                    "batch_size_warn_threshold_in_kb", "6",
                    "max_mutation_size_in_kb", "12288")))
        .isEqualTo(new ServerBatchLimits(10, 6 << 10, 70 << 10, OptionalLong.of(12 << 20)));
  }

  @Test
  void parsesSettingsOfCassandra4() {
    assertThat(
            ServerBatchLimits.of(
                Map.of(
                    "batch_size_warn_threshold_in_kb", "6",
                    "batch_size_fail_threshold_in_kb", "70",
                    "max_mutation_size_in_kb", "12288",
                    "commitlog_segment_size_in_mb", "32")))
        .isEqualTo(new ServerBatchLimits(10, 6 << 10, 70 << 10, OptionalLong.of(12 << 20)));
  }

  @Test
  void derivesMutationFromSegment() {
    assertThat(ServerBatchLimits.of(Map.of("commitlog_segment_size", "8MiB")))
        .isEqualTo(new ServerBatchLimits(10, 5 << 10, 50 << 10, OptionalLong.of(4 << 20)));
    assertThat(ServerBatchLimits.of(Map.of("commitlog_segment_size_in_mb", "8")))
        .isEqualTo(new ServerBatchLimits(10, 5 << 10, 50 << 10, OptionalLong.of(4 << 20)));
  }

  @Test
  void usesDefaultsForMissingSettings() {
    assertThat(ServerBatchLimits.of(Map.of())).isEqualTo(ServerBatchLimits.DEFAULT);
    assertThat(ServerBatchLimits.DEFAULT)
        .isEqualTo(new ServerBatchLimits(10, 5 << 10, 50 << 10, OptionalLong.empty()));
    assertThat(ServerBatchLimits.DEFAULT.onePartitionBytes()).isEqualTo(8 << 20);
    assertThat(ServerBatchLimits.of(Map.of("batch_size_fail_threshold", "what")))
        .isEqualTo(ServerBatchLimits.DEFAULT);
  }
}
