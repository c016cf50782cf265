package io.ringhaul.internal.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.internal.scan.Cursor.Mark;
import io.ringhaul.internal.scan.TaskScan.Handover;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import io.ringhaul.seeds.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Checks that the kept and the handed-over ranges are exactly the ranges before, each token once.
 */
class HandoverTest {

  private static final ByteBuffer POSITION = ByteBuffer.allocate(1);

  @Test
  void keepsTheFirstShare() {
    Cursor begun = marked(new TokenRange(0, 100), 40);
    Cursor open = Cursor.at(new TokenRange(200, 260));
    Handover two = Handover.shares(List.of(begun, open), 2);
    assertThat(two.kept())
        .singleElement()
        .satisfies(
            kept -> {
              assertThat(kept.piece()).isEqualTo(new TokenRange(0, 100));
              assertThat(kept.mark()).isEqualTo(begun.mark());
            });
    assertThat(two.given()).containsExactly(List.of(open.piece()));
    Handover four = Handover.shares(List.of(begun, open), 4);
    assertThat(four.kept()).extracting(Cursor::piece).containsExactly(new TokenRange(0, 70));
    assertThat(four.given())
        .containsExactly(
            List.of(new TokenRange(70, 100)),
            List.of(new TokenRange(200, 230)),
            List.of(new TokenRange(230, 260)));
  }

  @Test
  void keepsAPartlyReadPartition() {
    Cursor begun = marked(new TokenRange(0, 100), 40);
    Handover all = Handover.all(List.of(begun, Cursor.at(new TokenRange(200, 260))));
    assertThat(all.kept()).extracting(Cursor::piece).containsExactly(new TokenRange(39, 40));
    assertThat(all.given())
        .containsExactly(List.of(new TokenRange(40, 100), new TokenRange(200, 260)));
    Cursor slice = new Cursor(new TokenRange(4, 5), new TokenRange(0, 9), null, 1);
    Cursor unknown = new Cursor(new TokenRange(0, 9), null, new Mark(POSITION, null, null), 1);
    Cursor masked = marked(new TokenRange(0, 9), 12);
    Cursor ended = marked(new TokenRange(0, 9), 9);
    for (Cursor whole : List.of(slice, unknown, masked, ended)) {
      Handover none = Handover.all(List.of(whole));
      assertThat(none.kept()).containsExactly(whole);
      assertThat(none.given()).isEmpty();
    }
  }

  @Test
  void losesNoToken() {
    Seeds.each(
        2_000,
        random -> {
          List<Cursor> waiting = new ArrayList<>();
          long from = random.nextInt(20);
          for (int i = random.nextInt(6); i >= 0; i--) {
            TokenRange piece = new TokenRange(from, from + 1 + random.nextInt(30));
            long last = piece.endInclusive() - random.nextInt((int) (piece.endInclusive() - from));
            waiting.add(random.nextBoolean() ? Cursor.at(piece) : marked(piece, last));
            from = piece.endInclusive() + random.nextInt(5);
          }
          Handover handover =
              random.nextInt(4) == 0
                  ? Handover.all(waiting)
                  : Handover.shares(waiting, 1 + random.nextInt(5));
          List<TokenRange> after = new ArrayList<>();
          handover.given().forEach(after::addAll);
          // A partly read cursor continues at its position, so only the tokens behind its last row
          // count.
          handover.kept().forEach(cursor -> after.addAll(left(cursor)));
          List<TokenRange> before = new ArrayList<>();
          waiting.forEach(cursor -> before.addAll(left(cursor)));
          Tiling.requireExactly(TokenRangeSet.of(before), after);
        });
  }

  private static List<TokenRange> left(Cursor cursor) {
    TokenRange piece = cursor.piece();
    if (cursor.mark() == null) {
      return List.of(piece);
    }
    List<TokenRange> left = new ArrayList<>();
    left.add(new TokenRange(cursor.lastToken() - 1, cursor.lastToken()));
    if (cursor.lastToken() != piece.endInclusive()) {
      left.add(new TokenRange(cursor.lastToken(), piece.endInclusive()));
    }
    return left;
  }

  private static Cursor marked(TokenRange piece, long token) {
    return new Cursor(piece, null, new Mark(POSITION, () -> token, () -> token), Integer.MAX_VALUE);
  }
}
