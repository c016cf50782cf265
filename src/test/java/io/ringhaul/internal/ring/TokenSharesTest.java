package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that shares are even and complete. */
class TokenSharesTest {

  @Test
  void cutsARangeWhereAShareEnds() {
    List<TokenRange> ranges = List.of(new TokenRange(0, 10), new TokenRange(20, 22));
    assertThat(TokenShares.of(ranges, 2))
        .containsExactly(
            List.of(new TokenRange(0, 6)), List.of(new TokenRange(6, 10), new TokenRange(20, 22)));
    assertThat(TokenShares.of(ranges, 1)).containsExactly(ranges);
  }

  @Test
  void dividesTheWholeRing() {
    TokenRange ring = new TokenRange(7, 7);
    assertThat(TokenShares.of(List.of(ring), 1)).containsExactly(List.of(ring));
    assertThat(TokenShares.of(List.of(ring), 2))
        .containsExactly(
            List.of(new TokenRange(7, 7 + Long.MIN_VALUE)),
            List.of(new TokenRange(7 + Long.MIN_VALUE, 7)));
  }

  @Test
  void makesEmptySharesForFewTokens() {
    assertThat(TokenShares.of(List.of(new TokenRange(4, 5)), 3))
        .containsExactly(List.of(), List.of(), List.of(new TokenRange(4, 5)));
    assertThat(TokenShares.of(List.of(), 2)).containsExactly(List.of(), List.of());
    assertThatThrownBy(() -> TokenShares.of(List.of(), 0))
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void makesEvenAndCompleteShares() {
    Seeds.each(
        2_000,
        random -> {
          TreeSet<Long> cuts = new TreeSet<>();
          int bounds = 2 + 2 * random.nextInt(6);
          while (cuts.size() < bounds) {
            cuts.add(random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(60));
          }
          List<Long> sorted = new ArrayList<>(cuts);
          List<TokenRange> ranges = new ArrayList<>();
          // Every second range, in random order; one may wrap.
          boolean wraps = random.nextBoolean();
          for (int i = wraps ? 1 : 0; i < bounds; i += 2) {
            ranges.add(new TokenRange(sorted.get(i), sorted.get((i + 1) % bounds)));
          }
          Collections.shuffle(ranges, random);
          int shares = 1 + random.nextInt(9);
          List<List<TokenRange>> result = TokenShares.of(ranges, shares);
          assertThat(result).hasSize(shares);
          Tiling.requireExactly(
              TokenRangeSet.of(ranges), result.stream().flatMap(List::stream).toList());
          List<BigInteger> widths = result.stream().map(TokenSharesTest::width).toList();
          BigInteger most = widths.stream().max(BigInteger::compareTo).orElseThrow();
          BigInteger least = widths.stream().min(BigInteger::compareTo).orElseThrow();
          assertThat(most.subtract(least)).isLessThanOrEqualTo(BigInteger.ONE);
        });
  }

  private static BigInteger width(List<TokenRange> share) {
    return Stream.concat(Stream.of(BigInteger.ZERO), share.stream().map(TokenRange::width))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }
}
