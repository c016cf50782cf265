package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupCountsTest {

  private static final long HALF = Long.MAX_VALUE;

  @Test
  void givesEachOwnerAtLeastOneGroup() {
    assertThat(TokenRangeSplitter.groupCounts(new long[] {HALF, 3, HALF - 4}, 1))
        .containsExactly(1, 1, 1);
    assertThat(TokenRangeSplitter.groupCounts(new long[] {HALF, 3, HALF - 4}, 3))
        .containsExactly(1, 1, 1);
    assertThat(TokenRangeSplitter.groupCounts(new long[] {HALF, 0, HALF - 1}, 12))
        .containsExactly(6, 1, 5);
  }

  @Test
  void givesASingleOwnerAllGroups() {
    assertThat(TokenRangeSplitter.groupCounts(new long[] {-1}, 1)).containsExactly(1);
    assertThat(TokenRangeSplitter.groupCounts(new long[] {-1}, 2)).containsExactly(2);
    assertThat(TokenRangeSplitter.groupCounts(new long[] {-1}, 1_000_000))
        .containsExactly(1_000_000);
  }

  @Test
  void reachesTheTotalDespiteTies() {
    long[] equal = IntStream.range(0, 16).mapToLong(i -> (1L << 60) - 1).toArray();
    for (int total = 16; total < 70; total++) {
      int[] counts = TokenRangeSplitter.groupCounts(equal, total);
      assertThat(IntStream.of(counts).sum()).isEqualTo(total);
      assertThat(IntStream.of(counts).max().orElseThrow())
          .isLessThanOrEqualTo(IntStream.of(counts).min().orElseThrow() + 1);
    }
  }
}
