package io.ringhaul.scan;

import io.ringhaul.ring.TokenRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a range and how far it has been read.
 *
 * @param piece a range that does not wrap
 * @param mark where its last page ended; null if none was read
 * @param mostRows rows that its next page may have; larger pages have failed
 */
record Cursor(TokenRange piece, @Nullable Mark mark, int mostRows) {

  /**
   * Four levels of halves at once. What is too much is often one partition, and the way down to it
   * leads over one failure a level: they take long, and reading the parts beside it does not.
   */
  static final int PARTS = 16;

  /**
   * The end of a page.
   *
   * @param position the server's paging state
   * @param last the token of the last row; null if the page was not full, so that the position may be anywhere
   *     behind it
   */
  record Mark(ByteBuffer position, @Nullable LongSupplier last) {}

  static Cursor at(TokenRange piece) {
    return new Cursor(piece, null, Integer.MAX_VALUE);
  }

  /** Whether what is left can be asked for in smaller parts. */
  boolean isDivisible() {
    return piece.endInclusive() - piece.startExclusive() != 1
        && (mark == null || mark.last() != null);
  }

  /**
   * What is left, as smaller parts in the order of their tokens: the rest of the partition that was
   * begun, from its position on, and the tokens behind it.
   *
   * @param rows the most rows that their first pages may have
   */
  List<Cursor> parts(int rows) {
    List<Cursor> parts = new ArrayList<>();
    TokenRange rest = piece;
    if (mark != null && mark.last() != null) {
      long token = mark.last().getAsLong();
      parts.add(new Cursor(new TokenRange(token - 1, token), mark, rows));
      if (token == piece.endInclusive()) {
        return parts;
      }
      rest = new TokenRange(token, piece.endInclusive());
    }
    rest.split(PARTS).forEach(part -> parts.add(new Cursor(part, null, rows)));
    return parts;
  }
}
