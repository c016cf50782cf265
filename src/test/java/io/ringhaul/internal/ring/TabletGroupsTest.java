package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TabletGroupsTest {

  private static final UUID A = new UUID(0, 1);
  private static final UUID B = new UUID(0, 2);

  @Test
  void groupsTileTheRingWithinTabletsOfCommonReplicas() {
    Seeds.each(
        1_000,
        random -> {
          TokenRing ring = new RandomTablets(random).ring();
          int tasks = 1 + random.nextInt(200);
          List<TokenRangeGroup> groups = TokenRangeSplitter.split(ring, tasks);
          List<TokenRange> all = new ArrayList<>();
          HashSet<UUID> owners = new HashSet<>();
          for (TokenRangeGroup group : groups) {
            owners.add(group.owner());
            for (TokenRange range : group.ranges()) {
              ReplicatedRange tablet = ring.rangeOf(range.endInclusive());
              assertThat(tablet.range().contains(range.startExclusive() + 1)).isTrue();
              assertThat(range.width()).isLessThanOrEqualTo(tablet.range().width());
              assertThat(tablet.replicas()).containsAll(group.replicas());
            }
            all.addAll(group.ranges());
          }
          Tiling.requireWholeRing(all);
          assertThat(groups.size()).isEqualTo(Math.max(tasks, owners.size()));
        });
  }

  /** What a stopped job has not read is planned again on the tablets of that moment. */
  @Test
  void restsOfJobsTileOnChangedTablets() {
    Seeds.each(
        1_000,
        random -> {
          RandomTablets tablets = new RandomTablets(random);
          TokenRangeSet rest = TokenRangeSet.wholeRing();
          List<TokenRange> read = new ArrayList<>();
          for (int run = 0; run < 4 && !rest.isEmpty(); run++) {
            TokenRing ring = tablets.ring();
            for (TokenRangeGroup group : TokenRangeSplitter.split(ring, 1 + random.nextInt(60))) {
              if (run == 3 || random.nextInt(3) == 0) {
                for (TokenRange range : group.ranges()) {
                  read.addAll(rest.intersect(range).ranges());
                }
                rest = rest.subtract(TokenRangeSet.of(group.ranges()));
              }
            }
            tablets.change();
          }
          assertThat(rest.isEmpty()).isTrue();
          Tiling.requireWholeRing(read);
        });
  }

  @Test
  void endsTasksAtBordersOfManyTablets() {
    List<ReplicatedRange> tablets = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tablets.add(tablet(i * 100L, (i + 1) * 100L, i % 2 == 0 ? A : B));
    }
    tablets.add(tablet(800, 0, A));
    assertThat(TokenRangeSplitter.split(TokenRing.ofTablets(tablets), 4))
        .allSatisfy(
            group ->
                assertThat(group.ranges())
                    .isSubsetOf(tablets.stream().map(ReplicatedRange::range).toList()));
  }

  @Test
  void cutsFewTabletsEvenly() {
    TokenRing ring =
        TokenRing.ofTablets(List.of(tablet(Long.MIN_VALUE, -1, A), tablet(-1, Long.MAX_VALUE, B)));
    assertThat(TokenRangeSplitter.split(ring, 8))
        .hasSize(8)
        .allSatisfy(
            group -> assertThat(group.width().doubleValue()).isEqualTo(Math.scalb(1.0, 61)));
  }

  private static ReplicatedRange tablet(long start, long end, UUID host) {
    return new ReplicatedRange(new TokenRange(start, end), List.of(host));
  }
}
