package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.seeds.Seeds;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TokenRingTest {

  private static final UUID NODE = new UUID(1, 2);

  @Test
  void ordersRangesAndFindsTheRangeOfAToken() {
    Seeds.each(
        100,
        random -> {
          TokenRing ring = RandomRings.ring(random);
          assertThat(ring.ranges())
              .map(ReplicatedRange::range)
              .isSortedAccordingTo(TokenRange::compareTo);
          for (ReplicatedRange range : ring.ranges()) {
            assertThat(ring.rangeOf(range.range().endInclusive())).isSameAs(range);
            assertThat(ring.rangeOf(range.range().startExclusive() + 1)).isSameAs(range);
          }
          long token = random.nextLong();
          assertThat(ring.rangeOf(token).range().contains(token)).isTrue();
        });
  }

  @Test
  void rejectsGapsOverlapsAndRangesWithoutReplica() {
    assertThatThrownBy(() -> TokenRing.of(List.of(range(1, 2), range(2, 0))))
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessageContaining("no range covers (0, 1]");
    assertThatThrownBy(() -> TokenRing.of(List.of(range(1, 2), range(2, 2))))
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessageContaining("(2, 2] and (1, 2] overlap");
    assertThatThrownBy(
            () -> TokenRing.of(List.of(new ReplicatedRange(new TokenRange(0, 0), List.of()))))
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessageContaining("(0, 0] has no replica");
  }

  private static ReplicatedRange range(long start, long end) {
    return new ReplicatedRange(new TokenRange(start, end), List.of(NODE));
  }
}
