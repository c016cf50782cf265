package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.ring.TokenRangeSplitter.OwnerBalance;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.seeds.Seeds;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TokenRangeSplitterTest {

  private static final BigInteger RING = BigInteger.TWO.pow(64);

  @Test
  void tilesTheRingWithGroupsOfCommonReplicas() {
    Seeds.each(
        150,
        random -> {
          TokenRing ring = RandomRings.ring(random);
          List<TokenRangeGroup> groups = TokenRangeSplitter.split(ring, taskCount(random));
          List<TokenRange> ranges = groups.stream().flatMap(g -> g.ranges().stream()).toList();
          Tiling.requireWholeRing(ranges);
          assertThat(sum(groups)).isEqualTo(RING);
          for (TokenRangeGroup group : groups) {
            assertThat(Set.copyOf(group.replicas())).isEqualTo(common(ring, group));
            assertThat(group.replicas()).doesNotHaveDuplicates();
            // The ranges are in ring order, so at most one step goes backwards.
            int backwards = 0;
            for (int i = 1; i < group.ranges().size(); i++) {
              backwards += group.ranges().get(i).compareTo(group.ranges().get(i - 1)) < 0 ? 1 : 0;
            }
            assertThat(backwards).isLessThanOrEqualTo(1);
          }
        });
  }

  @Test
  void makesTheRequestedNumberOfGroupsOfEvenWidth() {
    Seeds.each(
        150,
        random -> {
          TokenRing ring = RandomRings.ring(random);
          int nodes = nodes(ring).size();
          int taskCount = taskCount(random);
          List<TokenRangeGroup> groups = TokenRangeSplitter.split(ring, taskCount);
          Map<UUID, List<TokenRangeGroup>> byOwner = byOwner(groups);
          if (taskCount >= nodes) {
            assertThat(groups).hasSize(taskCount);
          } else {
            assertThat(byOwner.values())
                .allMatch(own -> own.size() == 1 || taskCount > byOwner.size());
          }
          // The smallest width with which any owner could save one group.
          BigInteger least = RING;
          BigInteger widest = BigInteger.ZERO;
          for (List<TokenRangeGroup> own : byOwner.values()) {
            BigInteger width = sum(own);
            BigInteger max = own.stream().map(TokenRangeGroup::width).reduce(BigInteger::max).get();
            BigInteger min = own.stream().map(TokenRangeGroup::width).reduce(BigInteger::min).get();
            assertThat(max.subtract(min)).isLessThanOrEqualTo(BigInteger.ONE);
            widest = widest.max(max);
            if (own.size() > 1) {
              least = least.min(ceiling(width, own.size() - 1));
            }
          }
          if (taskCount > byOwner.size()) {
            assertThat(widest).isLessThanOrEqualTo(least);
          }
        });
  }

  @Test
  void balancesOwnersWhereReplicasAllow() {
    Seeds.each(
        150,
        random -> {
          TokenRing ring = RandomRings.ring(random);
          Set<UUID> nodes = nodes(ring);
          List<TokenRangeGroup> groups =
              TokenRangeSplitter.split(ring, nodes.size() + random.nextInt(100));
          Map<UUID, Double> load = new LinkedHashMap<>();
          byOwner(groups).forEach((owner, own) -> load.put(owner, sum(own).doubleValue()));
          double bound =
              RING.doubleValue() / nodes.size() / OwnerBalance.TOLERANCES_PER_SHARE * (1 + 1e-9);
          for (TokenRangeGroup group : groups) {
            for (TokenRange range : group.ranges()) {
              // The range is too narrow to affect the balance.
              if (range.width().bitLength() < 12) {
                continue;
              }
              for (UUID other : ring.rangeOf(range.endInclusive()).replicas()) {
                assertThat(load.getOrDefault(group.owner(), 0.0) - load.getOrDefault(other, 0.0))
                    .isLessThanOrEqualTo(bound);
              }
            }
          }
        });
  }

  @Test
  void alternatesOwnersOfConsecutiveGroups() {
    Seeds.each(
        50,
        random -> {
          List<TokenRangeGroup> groups =
              TokenRangeSplitter.split(RandomRings.ring(random), taskCount(random));
          int most = byOwner(groups).values().stream().mapToInt(List::size).max().orElseThrow();
          int repeats = 0;
          for (int i = 1; i < groups.size(); i++) {
            repeats += groups.get(i).owner().equals(groups.get(i - 1).owner()) ? 1 : 0;
          }
          assertThat(repeats).isEqualTo(Math.max(0, 2 * most - groups.size() - 1));
        });
  }

  @Test
  void isDeterministic() {
    Seeds.each(
        30,
        random -> {
          TokenRing ring = RandomRings.ring(random);
          List<ReplicatedRange> shuffled = new ArrayList<>(ring.ranges());
          Collections.shuffle(shuffled, random);
          int taskCount = taskCount(random);
          assertThat(TokenRangeSplitter.split(TokenRing.of(shuffled), taskCount))
              .isEqualTo(TokenRangeSplitter.split(ring, taskCount));
        });
  }

  @Test
  void joinsVirtualNodesWithTheSameReplicas() {
    TokenRing ring = RandomRings.ring(new Random(1), 3, 256, 3);
    List<TokenRangeGroup> groups = TokenRangeSplitter.split(ring, 24);
    assertThat(groups).hasSize(24).allMatch(group -> group.ranges().size() == 1);
    assertThat(groups).allMatch(group -> group.replicas().size() == 3);
    assertThat(groups).noneMatch(group -> group.ranges().get(0).isWrapping());
    assertThat(byOwner(groups).values()).hasSize(3).allMatch(own -> own.size() == 8);
    BigInteger even = RING.divide(BigInteger.valueOf(24));
    assertThat(groups).allMatch(group -> group.width().subtract(even).abs().bitLength() <= 5);
  }

  @Test
  void joinsNeighboursAcrossTheEndOfTheRing() {
    List<UUID> a = List.of(new UUID(0, 1), new UUID(0, 2));
    List<UUID> b = List.of(new UUID(0, 3), new UUID(0, 4));
    List<UUID> reversed = List.of(a.get(1), a.get(0));
    TokenRing ring =
        TokenRing.of(
            List.of(
                new ReplicatedRange(new TokenRange(0, 10), a),
                new ReplicatedRange(new TokenRange(10, 20), b),
                new ReplicatedRange(new TokenRange(20, 0), reversed)));
    assertThat(TokenRangeSplitter.split(ring, 1))
        .flatMap(TokenRangeGroup::ranges)
        .containsExactlyInAnyOrder(new TokenRange(10, 20), new TokenRange(20, 10));
  }

  @Test
  void makesOneGroupIfANodeHoldsAllRows() {
    for (int taskCount = 1; taskCount <= 3; taskCount++) {
      TokenRing ring = RandomRings.ring(new Random(2), 3, 16, 3);
      assertThat(TokenRangeSplitter.split(ring, taskCount)).hasSize(taskCount);
    }
    assertThat(
            TokenRangeSplitter.split(RandomRings.ring(new Random(3), 3, 16, 3), 1).get(0).ranges())
        .containsExactly(TokenRange.wholeRing());
  }

  @Test
  void makesOneGroupForEachNodeAtReplicationFactorOne() {
    TokenRing ring = RandomRings.ring(new Random(4), 40, 4, 1);
    assertThat(TokenRangeSplitter.split(ring, 1)).hasSize(40);
    TokenRing replicated = RandomRings.ring(new Random(5), 40, 1, 3);
    // Each node holds 3 of 40 consecutive tokens, so 14 nodes are enough for all.
    assertThat(TokenRangeSplitter.split(replicated, 1)).hasSizeBetween(14, 20);
    assertThat(TokenRangeSplitter.split(replicated, 30)).hasSizeBetween(25, 30);
  }

  @Test
  void keepsPrimariesOfABalancedRing() {
    List<ReplicatedRange> ranges = new ArrayList<>();
    List<UUID> nodes = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      nodes.add(new UUID(0, i));
    }
    List<TokenRange> parts = TokenRange.wholeRing().split(6);
    for (int i = 0; i < 6; i++) {
      List<UUID> replicas = List.of(nodes.get(i), nodes.get((i + 1) % 6), nodes.get((i + 2) % 6));
      ranges.add(new ReplicatedRange(parts.get(i), replicas));
    }
    List<TokenRangeGroup> groups = TokenRangeSplitter.split(TokenRing.of(ranges), 6);
    assertThat(groups).flatMap(TokenRangeGroup::ranges).isEqualTo(parts);
    assertThat(groups).map(TokenRangeGroup::owner).isEqualTo(nodes);
    assertThat(groups.get(0).replicas()).containsExactly(nodes.get(0), nodes.get(1), nodes.get(2));
  }

  @Test
  void splitsARingOfOneToken() {
    UUID node = new UUID(7, 7);
    TokenRing ring =
        TokenRing.of(List.of(new ReplicatedRange(new TokenRange(3, 3), List.of(node))));
    assertThat(TokenRangeSplitter.split(ring, 1))
        .containsExactly(new TokenRangeGroup(List.of(node), List.of(TokenRange.wholeRing())));
    assertThat(TokenRangeSplitter.split(ring, 7))
        .flatMap(TokenRangeGroup::ranges)
        .isEqualTo(TokenRange.wholeRing().split(7));
  }

  @Test
  void rejectsACountOutOfBounds() {
    TokenRing ring = RandomRings.ring(new Random(6), 1, 1, 1);
    for (int taskCount : new int[] {0, -1, TokenRangeSplitter.MAX_TASK_COUNT + 1}) {
      assertThatThrownBy(() -> TokenRangeSplitter.split(ring, taskCount))
          .isInstanceOfSatisfying(
              InvalidSettingException.class, e -> assertThat(e.setting()).isEqualTo("taskCount"))
          .hasMessage("taskCount is " + taskCount + "; it takes 1 to 1000000");
    }
    assertThat(TokenRangeSplitter.split(ring, TokenRangeSplitter.MAX_TASK_COUNT))
        .hasSize(TokenRangeSplitter.MAX_TASK_COUNT);
  }

  private static int taskCount(Random random) {
    return 1 + (int) Math.pow(5_000, random.nextDouble());
  }

  private static Set<UUID> nodes(TokenRing ring) {
    Set<UUID> nodes = new LinkedHashSet<>();
    ring.ranges().forEach(range -> nodes.addAll(range.replicas()));
    return nodes;
  }

  private static Map<UUID, List<TokenRangeGroup>> byOwner(List<TokenRangeGroup> groups) {
    Map<UUID, List<TokenRangeGroup>> result = new LinkedHashMap<>();
    groups.forEach(g -> result.computeIfAbsent(g.owner(), o -> new ArrayList<>()).add(g));
    return result;
  }

  private static BigInteger sum(Collection<TokenRangeGroup> groups) {
    return groups.stream().map(TokenRangeGroup::width).reduce(BigInteger.ZERO, BigInteger::add);
  }

  private static BigInteger ceiling(BigInteger width, int parts) {
    return width.add(BigInteger.valueOf(parts - 1)).divide(BigInteger.valueOf(parts));
  }

  /** Returns the common replicas of all ring ranges that intersect the group. */
  private static Set<UUID> common(TokenRing ring, TokenRangeGroup group) {
    Set<UUID> common = new LinkedHashSet<>(group.replicas());
    common.addAll(ring.rangeOf(group.ranges().get(0).endInclusive()).replicas());
    for (TokenRange range : group.ranges()) {
      long token = range.startExclusive() + 1;
      ReplicatedRange met = ring.rangeOf(token);
      common.retainAll(met.replicas());
      // Continue with the next range of the ring, if it starts before the end of this one.
      while (Long.compareUnsigned(met.range().endInclusive() - token, range.endInclusive() - token)
          < 0) {
        token = met.range().endInclusive() + 1;
        met = ring.rangeOf(token);
        common.retainAll(met.replicas());
      }
    }
    return common;
  }
}
