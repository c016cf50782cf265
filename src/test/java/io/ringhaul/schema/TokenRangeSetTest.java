package io.ringhaul.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.ring.RandomRings;
import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.internal.ring.TokenRangeGroup;
import io.ringhaul.internal.ring.TokenRangeSplitter;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.seeds.Seeds;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Compares sets with a model of one bit for each cell between the occurring bounds. */
class TokenRangeSetTest {

  private static final long MIN = Long.MIN_VALUE;
  private static final long MAX = Long.MAX_VALUE;

  @Test
  void agreesWithTheModel() {
    Seeds.each(
        2_000,
        random -> {
          Grid grid = new Grid(random);
          Sample a = grid.sample(random);
          Sample b = grid.sample(random);
          grid.check(a.set, a.cells);
          grid.check(a.set.union(b.set), combined(a, b, BitSet::or));
          grid.check(a.set.intersect(b.set), combined(a, b, BitSet::and));
          grid.check(a.set.subtract(b.set), combined(a, b, BitSet::andNot));
          assertThat(a.set.covers(b.set)).isEqualTo(combined(b, a, BitSet::andNot).isEmpty());
          assertThat(a.set.equals(b.set)).isEqualTo(a.cells.equals(b.cells));
          TokenRange range = grid.range(random);
          BitSet uncovered = grid.cells(range);
          uncovered.andNot(a.cells);
          assertThat(a.set.covers(range)).isEqualTo(uncovered.isEmpty());
          BitSet common = grid.cells(range);
          common.and(a.cells);
          grid.check(a.set.intersect(range), common);
        });
  }

  @Test
  void satisfiesTheLawsOfSets() {
    Seeds.each(
        500,
        random -> {
          Grid grid = new Grid(random);
          TokenRangeSet a = grid.sample(random).set;
          TokenRangeSet b = grid.sample(random).set;
          TokenRangeSet all = TokenRangeSet.wholeRing();
          assertThat(a.union(b)).isEqualTo(b.union(a)).hasSameHashCodeAs(b.union(a));
          assertThat(all.subtract(a.union(b)))
              .isEqualTo(all.subtract(a).intersect(all.subtract(b)));
          assertThat(a.subtract(b).union(a.intersect(b))).isEqualTo(a);
          assertThat(a.subtract(a)).isEqualTo(TokenRangeSet.empty());
          assertThat(a.union(all.subtract(a)).isWholeRing()).isTrue();
          List<TokenRange> both = new ArrayList<>(a.ranges());
          both.addAll(all.subtract(a).ranges());
          Tiling.requireWholeRing(both);
          assertThat(a.width().add(all.subtract(a).width())).isEqualTo(BigInteger.TWO.pow(64));
        });
  }

  @Test
  void isTheWholeRingWithAllGroupsOfASplit() {
    Seeds.each(
        30,
        random -> {
          TokenRing ring = RandomRings.ring(random);
          List<TokenRangeGroup> groups =
              new ArrayList<>(TokenRangeSplitter.split(ring, 1 + random.nextInt(50)));
          Collections.shuffle(groups, random);
          TokenRangeSet done = TokenRangeSet.empty();
          for (TokenRangeGroup group : groups) {
            TokenRangeSet next = TokenRangeSet.of(group.ranges());
            // A group may contain only the token without rows and add nothing.
            assertThat(done.isWholeRing() && !next.isEmpty()).isFalse();
            assertThat(done.intersect(next).isEmpty()).isTrue();
            done = done.union(next);
          }
          assertThat(done).isEqualTo(TokenRangeSet.wholeRing());
        });
  }

  @Test
  void treatsTheTokenWithoutRowsLikeTheMaximum() {
    assertThat(set(5, MAX)).isEqualTo(set(5, MIN));
    assertThat(set(MAX, 5)).isEqualTo(set(MIN, 5));
    assertThat(set(MAX, MIN)).isEqualTo(TokenRangeSet.empty());
    assertThat(set(MIN, MAX)).isEqualTo(set(3, 3)).isEqualTo(TokenRangeSet.wholeRing());
    assertThat(set(5, MAX).contains(MIN)).isTrue();
    assertThat(set(MIN, 5).contains(MIN)).isFalse();
    assertThat(TokenRangeSet.empty().covers(new TokenRange(MAX, MIN))).isTrue();
  }

  @Test
  void returnsTheFewestRangesWithoutWraps() {
    assertThat(set(9, 2).ranges()).containsExactly(new TokenRange(MIN, 2), new TokenRange(9, MIN));
    assertThat(set(9, 2).ranges()).noneMatch(TokenRange::isWrapping);
    assertThat(TokenRangeSet.of(List.of(new TokenRange(4, 6), new TokenRange(2, 4))).ranges())
        .containsExactly(new TokenRange(2, 6));
    assertThat(TokenRangeSet.wholeRing().ranges()).containsExactly(TokenRange.wholeRing());
    assertThat(TokenRangeSet.empty().ranges()).isEmpty();
    assertThat(set(9, 2)).hasToString("[(" + MIN + ", 2], (9, " + MIN + "]]");
  }

  private static TokenRangeSet set(long start, long end) {
    return TokenRangeSet.of(new TokenRange(start, end));
  }

  private static BitSet combined(Sample a, Sample b, BiConsumer<BitSet, BitSet> operation) {
    BitSet result = (BitSet) a.cells.clone();
    operation.accept(result, b.cells);
    return result;
  }

  private record Sample(TokenRangeSet set, BitSet cells) {}

  /**
   * Cell i has the tokens after bound i up to bound i + 1, from the lowest token to the highest.
   */
  private static final class Grid {
    private final List<Long> bounds;

    Grid(Random random) {
      SortedSet<Long> tokens = RandomRings.tokens(random, 2 + random.nextInt(12));
      tokens.add(MIN);
      tokens.add(MAX);
      bounds = List.copyOf(tokens);
    }

    TokenRange range(Random random) {
      return new TokenRange(
          bounds.get(random.nextInt(bounds.size())), bounds.get(random.nextInt(bounds.size())));
    }

    Sample sample(Random random) {
      List<TokenRange> ranges = new ArrayList<>();
      BitSet cells = new BitSet();
      for (int i = random.nextInt(5); i > 0; i--) {
        TokenRange range = range(random);
        ranges.add(range);
        cells.or(cells(range));
      }
      return new Sample(TokenRangeSet.of(ranges), cells);
    }

    BitSet cells(TokenRange range) {
      BitSet cells = new BitSet();
      for (int i = 0; i + 1 < bounds.size(); i++) {
        cells.set(i, range.contains(bounds.get(i + 1)));
      }
      return cells;
    }

    void check(TokenRangeSet set, BitSet cells) {
      List<TokenRange> expected = new ArrayList<>();
      for (int from = cells.nextSetBit(0); from >= 0; ) {
        int to = cells.nextClearBit(from);
        long end = bounds.get(to);
        expected.add(new TokenRange(bounds.get(from), end == MAX ? MIN : end));
        from = cells.nextSetBit(to);
      }
      assertThat(set.ranges()).isEqualTo(expected);
      assertThat(set.isEmpty()).isEqualTo(cells.isEmpty());
      assertThat(set.isWholeRing()).isEqualTo(cells.cardinality() == bounds.size() - 1);
      for (int i = 0; i + 1 < bounds.size(); i++) {
        assertThat(set.contains(bounds.get(i + 1))).isEqualTo(cells.get(i));
        assertThat(set.contains(bounds.get(i) + 1)).isEqualTo(cells.get(i));
      }
      assertThat(TokenRangeSet.of(set.ranges())).isEqualTo(set);
    }
  }
}
