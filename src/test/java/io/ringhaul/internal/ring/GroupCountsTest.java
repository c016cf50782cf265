package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.ring.TokenRangeSplitter.GroupCounts;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupCountsTest {

  private static final long HALF = Long.MAX_VALUE;

  @Test
  void givesEachOwnerAtLeastOneGroup() {
    assertThat(GroupCounts.of(new long[] {HALF, 3, HALF - 4}, 1)).containsExactly(1, 1, 1);
    assertThat(GroupCounts.of(new long[] {HALF, 3, HALF - 4}, 3)).containsExactly(1, 1, 1);
    assertThat(GroupCounts.of(new long[] {HALF, 0, HALF - 1}, 12)).containsExactly(6, 1, 5);
  }

  @Test
  void givesASingleOwnerAllGroups() {
    assertThat(GroupCounts.of(new long[] {-1}, 1)).containsExactly(1);
    assertThat(GroupCounts.of(new long[] {-1}, 2)).containsExactly(2);
    assertThat(GroupCounts.of(new long[] {-1}, 1_000_000)).containsExactly(1_000_000);
  }

  @Test
  void reachesTheTotalDespiteTies() {
    long[] equal = IntStream.range(0, 16).mapToLong(i -> (1L << 60) - 1).toArray();
    for (int total = 16; total < 70; total++) {
      int[] counts = GroupCounts.of(equal, total);
      assertThat(IntStream.of(counts).sum()).isEqualTo(total);
      assertThat(IntStream.of(counts).max().orElseThrow())
          .isLessThanOrEqualTo(IntStream.of(counts).min().orElseThrow() + 1);
    }
  }
}
