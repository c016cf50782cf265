package io.ringhaul.internal.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.internal.scan.Cursor.Mark;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Checks that the parts of a cursor are exactly its rest, each token once. */
class CursorTest {

  private static final ByteBuffer POSITION = ByteBuffer.allocate(1);

  @Test
  void dividesAnUnreadRangeEvenly() {
    List<Cursor> parts = Cursor.at(new TokenRange(0, 160)).parts(null, 5);
    assertThat(parts).hasSize(16).allMatch(part -> part.mark() == null && part.mostRows() == 5);
    assertThat(parts.get(0).piece()).isEqualTo(new TokenRange(0, 10));
    assertThat(parts.get(15).piece()).isEqualTo(new TokenRange(150, 160));
  }

  @Test
  void continuesAPartlyReadPartitionFromItsPosition() {
    List<Cursor> parts = marked(new TokenRange(0, 160), 100).parts(null, 5);
    assertThat(parts.get(0).piece()).isEqualTo(new TokenRange(99, 100));
    assertThat(parts.get(0).mark()).isNotNull();
    assertThat(parts.get(0).isDivisible(null)).isFalse();
    assertThat(parts.subList(1, parts.size())).hasSize(16).allMatch(part -> part.mark() == null);
    assertThat(parts.get(1).piece().startExclusive()).isEqualTo(100);
    assertThat(parts.get(16).piece().endInclusive()).isEqualTo(160);
  }

  @Test
  void keepsOnlyThePartitionOfTheLastToken() {
    assertThat(marked(new TokenRange(0, 160), 160).parts(null, 5))
        .singleElement()
        .extracting(Cursor::piece)
        .isEqualTo(new TokenRange(159, 160));
    assertThat(marked(new TokenRange(0, Long.MAX_VALUE), Long.MAX_VALUE).parts(null, 5)).hasSize(1);
  }

  @Test
  void findsIndivisibleCursors() {
    assertThat(Cursor.at(new TokenRange(4, 5)).isDivisible(null)).isFalse();
    assertThat(Cursor.at(new TokenRange(Long.MIN_VALUE, Long.MAX_VALUE)).isDivisible(null))
        .isTrue();
    assertThat(
            new Cursor(new TokenRange(0, 9), null, new Mark(POSITION, null, null), 1)
                .isDivisible(null))
        .isFalse();
  }

  @Test
  void isUnsoundIfTheTokenIsOutsideThePiece() {
    TokenRange piece = new TokenRange(0, 160);
    assertThat(marked(piece, 0).endsInPiece()).isFalse();
    assertThat(marked(piece, 161).endsInPiece()).isFalse();
    assertThat(marked(piece, 1).endsInPiece()).isTrue();
    assertThat(marked(piece, 160).endsInPiece()).isTrue();
    assertThat(Cursor.at(piece).endsInPiece()).isTrue();
  }

  @Test
  void dividesATokenByKeysFromItsPosition() {
    TokenRange values = new TokenRange(-128, 127);
    Cursor token = marked(new TokenRange(4, 5), 5);
    assertThat(token.isDivisible(null)).isFalse();
    assertThat(token.isDivisible(values)).isTrue();
    List<Cursor> slices = token.parts(values, 3);
    assertThat(slices)
        .hasSize(16)
        .allMatch(part -> Objects.equals(part.mark(), token.mark()) && part.mostRows() == 3)
        .allMatch(part -> part.piece().equals(token.piece()));
    Tiling.requireExactly(TokenRangeSet.of(values), slices.stream().map(Cursor::slice).toList());
    List<Cursor> narrower = slices.get(3).parts(values, 3);
    Tiling.requireExactly(
        TokenRangeSet.of(Objects.requireNonNull(slices.get(3).slice())),
        narrower.stream().map(Cursor::slice).toList());
    assertThat(narrower.get(0).isDivisible(values)).isFalse();
  }

  @Test
  void partsAreExactlyTheRest() {
    long seed = Seeds.next();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      long a = random.nextBoolean() ? random.nextLong() : random.nextInt(50);
      long b = random.nextBoolean() ? random.nextLong() : random.nextInt(50);
      if (a == b) {
        continue;
      }
      TokenRange piece = new TokenRange(Math.min(a, b), Math.max(a, b));
      if (piece.endInclusive() - piece.startExclusive() == 1) {
        continue;
      }
      long token = piece.split(1 + random.nextInt(7)).get(0).endInclusive();
      TokenRange left = new TokenRange(token - 1, piece.endInclusive());
      Tiling.requireExactly(
          TokenRangeSet.of(left),
          marked(piece, token).parts(null, 1).stream().map(Cursor::piece).toList());
      Tiling.requireExactly(
          TokenRangeSet.of(piece),
          Cursor.at(piece).parts(null, 1).stream().map(Cursor::piece).toList());
    }
  }

  @Test
  void reachesTheLastKnownRow() {
    TokenRange piece = new TokenRange(100, 200);
    assertThat(Cursor.at(piece).reached()).isEqualTo(100);
    assertThat(marked(piece, 130).reached()).isEqualTo(130);
    assertThat(marked(piece, 130).upTo(160).reached()).isEqualTo(130);
    assertThat(marked(piece, 130).upTo(130).reached()).isEqualTo(130);
    Cursor shortPage = new Cursor(piece, null, new Mark(POSITION, null, () -> 140L), 1);
    assertThat(shortPage.reached()).isEqualTo(140);
    assertThat(new Cursor(piece, null, new Mark(POSITION, null, null), 1).reached()).isEqualTo(100);
    assertThat(marked(piece, 7).reached()).as("token of a mask").isEqualTo(100);
  }

  /** The tokens of the parts must not include tokens that were read before. */
  @Test
  void partsDoNotCountTokensTwice() {
    Seeds.each(
        1_000,
        random -> {
          long start = random.nextLong() >> 2;
          TokenRange piece = new TokenRange(start, start + 2 + random.nextLong(1L << 61));
          long token = start + 1 + random.nextLong(piece.endInclusive() - start);
          long left = 0;
          for (Cursor part : marked(piece, token).parts(null, 1)) {
            left += part.piece().endInclusive() - part.reached();
          }
          assertThat(left).isEqualTo(piece.endInclusive() - token);
        });
    TokenRange one = new TokenRange(41, 42);
    TokenRange values = new TokenRange(Long.MIN_VALUE, Long.MAX_VALUE);
    for (Cursor slice : marked(one, 42).parts(values, 1)) {
      assertThat(slice.reached()).isEqualTo(42);
    }
  }

  private static Cursor marked(TokenRange piece, long token) {
    return new Cursor(piece, null, new Mark(POSITION, () -> token, () -> token), Integer.MAX_VALUE);
  }
}
