package io.ringhaul.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.ring.RandomRings;
import io.ringhaul.seeds.Seeds;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenRangeTest {

  private static final long MIN = Long.MIN_VALUE;
  private static final long MAX = Long.MAX_VALUE;

  @Test
  void containsItsEndButNotItsStart() {
    TokenRange range = new TokenRange(-5, 5);
    assertThat(List.of(-5L, -4L, 0L, 5L, 6L).stream().map(range::contains))
        .containsExactly(false, true, true, true, false);
  }

  @Test
  void containsTokensBeforeAndAfterTheWrap() {
    TokenRange range = new TokenRange(MAX - 1, MIN + 1);
    assertThat(List.of(MAX - 1, MAX, MIN, MIN + 1, MIN + 2, 0L).stream().map(range::contains))
        .containsExactly(false, true, true, true, false, false);
  }

  @Test
  void containsAllTokensIfItEndsWhereItStarts() {
    for (long token : RandomRings.EDGES) {
      TokenRange ring = new TokenRange(token, token);
      assertThat(RandomRings.EDGES).allMatch(ring::contains);
      assertThat(ring.isWholeRing()).isTrue();
      assertThat(ring.isWrapping()).isFalse();
      assertThat(ring.width()).isEqualTo(BigInteger.TWO.pow(64));
      assertThat(ring.unwrap()).containsExactly(new TokenRange(MIN, MAX));
    }
    assertThat(TokenRange.wholeRing()).isEqualTo(new TokenRange(MIN, MIN));
  }

  @Test
  void countsItsTokensExactly() {
    assertThat(new TokenRange(MIN, MAX).width())
        .isEqualTo(BigInteger.TWO.pow(64).subtract(BigInteger.ONE));
    assertThat(new TokenRange(MAX, MIN).width()).isEqualTo(1);
    assertThat(new TokenRange(-1, MAX).width()).isEqualTo(BigInteger.TWO.pow(63));
    assertThat(new TokenRange(5, 4).width())
        .isEqualTo(BigInteger.TWO.pow(64).subtract(BigInteger.ONE));
  }

  @Test
  void unwrapsIntoOneOrTwoPieces() {
    assertThat(new TokenRange(1, 2).unwrap()).containsExactly(new TokenRange(1, 2));
    assertThat(new TokenRange(2, 1).unwrap())
        .containsExactly(new TokenRange(2, MAX), new TokenRange(MIN, 1));
    assertThat(new TokenRange(2, MIN).unwrap()).containsExactly(new TokenRange(2, MAX));
    assertThat(new TokenRange(MAX, 2).unwrap()).containsExactly(new TokenRange(MIN, 2));
    assertThat(new TokenRange(MIN, MAX).unwrap()).containsExactly(new TokenRange(MIN, MAX));
    assertThat(new TokenRange(MAX, MIN).unwrap()).isEmpty();
  }

  @Test
  void wrapsOnlyIfItHasTwoPieces() {
    assertThat(new TokenRange(2, 1).isWrapping()).isTrue();
    assertThat(new TokenRange(2, MIN).isWrapping()).isFalse();
    assertThat(new TokenRange(1, 2).isWrapping()).isFalse();
  }

  @Test
  void piecesHaveExactlyTheRowsOfTheRange() {
    Seeds.each(
        500,
        random -> {
          TokenRange range = range(random);
          List<TokenRange> pieces = range.unwrap();
          assertThat(pieces).allMatch(piece -> piece.startExclusive() < piece.endInclusive());
          for (long token : probes(random, range)) {
            if (token != MIN) {
              assertThat(pieces.stream().filter(piece -> piece.contains(token)).count())
                  .as("%s in the pieces %s of %s", token, pieces, range)
                  .isEqualTo(range.contains(token) ? 1 : 0);
            }
          }
        });
  }

  @Test
  void splitsIntoPartsThatDifferByAtMostOneToken() {
    Seeds.each(
        500,
        random -> {
          TokenRange range = range(random);
          int parts = 1 + random.nextInt(random.nextBoolean() ? 5 : 1_000);
          List<TokenRange> split = range.split(parts);
          BigInteger count = BigInteger.valueOf(parts).min(range.width());
          assertThat(split).hasSize(count.intValueExact());
          BigInteger[] division = range.width().divideAndRemainder(count);
          long start = range.startExclusive();
          for (int i = 0; i < split.size(); i++) {
            TokenRange part = split.get(i);
            boolean larger = i < division[1].intValueExact();
            assertThat(part.startExclusive()).isEqualTo(start);
            assertThat(part.width())
                .isEqualTo(division[0].add(larger ? BigInteger.ONE : BigInteger.ZERO));
            start = part.endInclusive();
          }
          assertThat(start).isEqualTo(range.endInclusive());
        });
  }

  @Test
  void splitsTheWholeRingAtAnyStart() {
    assertThat(new TokenRange(7, 7).split(1)).containsExactly(new TokenRange(7, 7));
    assertThat(new TokenRange(0, 0).split(2))
        .containsExactly(new TokenRange(0, MIN), new TokenRange(MIN, 0));
  }

  @Test
  void makesAtMostOnePartForEachToken() {
    assertThat(new TokenRange(MAX, MIN).split(Integer.MAX_VALUE))
        .containsExactly(new TokenRange(MAX, MIN));
    assertThat(new TokenRange(MAX - 1, MIN + 1).split(5))
        .containsExactly(
            new TokenRange(MAX - 1, MAX), new TokenRange(MAX, MIN), new TokenRange(MIN, MIN + 1));
  }

  @Test
  void rejectsASplitIntoNoParts() {
    assertThatThrownBy(() -> TokenRange.wholeRing().split(0))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("parts is 0; it takes at least 1");
  }

  @Test
  void isOrderedByStartAndPrintsItsBounds() {
    assertThat(List.of(new TokenRange(1, 3), new TokenRange(-1, 0), new TokenRange(1, 2)))
        .satisfies(
            ranges ->
                assertThat(ranges.stream().sorted())
                    .map(TokenRange::toString)
                    .containsExactly("(-1, 0]", "(1, 2]", "(1, 3]"));
  }

  private static TokenRange range(Random random) {
    List<Long> bounds = List.copyOf(RandomRings.tokens(random, 2));
    return random.nextBoolean()
        ? new TokenRange(bounds.get(0), bounds.get(1))
        : new TokenRange(bounds.get(1), bounds.get(random.nextInt(2)));
  }

  private static List<Long> probes(Random random, TokenRange range) {
    return List.of(
        range.startExclusive(),
        range.startExclusive() + 1,
        range.endInclusive(),
        range.endInclusive() + 1,
        MIN + 1,
        MAX,
        random.nextLong());
  }

  @Test
  void countsTokensThatRowsCanHave() {
    assertThat(TokenRange.rowTokens(List.of())).isZero();
    assertThat(TokenRange.rowTokens(List.of(new TokenRange(5, 9), new TokenRange(9, 10))))
        .isEqualTo(5);
    assertThat(TokenRange.rowTokens(List.of(new TokenRange(Long.MAX_VALUE, Long.MIN_VALUE))))
        .isZero();
    assertThat(TokenRange.rowTokens(List.of(new TokenRange(Long.MAX_VALUE - 2, Long.MIN_VALUE))))
        .isEqualTo(2);
    assertThat(
            TokenRange.rowTokens(List.of(new TokenRange(Long.MAX_VALUE - 2, Long.MIN_VALUE + 3))))
        .as("a range that wraps, without the token that no row has")
        .isEqualTo(5);
    assertThat(Long.toUnsignedString(TokenRange.rowTokens(List.of(TokenRange.wholeRing()))))
        .isEqualTo("18446744073709551615");
    assertThat(TokenRange.rowTokens(new TokenRange(7, 7).split(1_000)))
        .isEqualTo(TokenRange.rowTokens(List.of(TokenRange.wholeRing())));
  }
}
