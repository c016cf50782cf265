package io.ringhaul.scan;

import io.ringhaul.ring.TokenRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a range and how far it has been read.
 *
 * @param piece a range that does not wrap
 * @param slice which values of the first clustering column; null for all, and in more than one
 *     token
 * @param mark where its last page ended; null if none was read
 * @param mostRows rows that its next page may have; larger pages have failed
 */
record Cursor(TokenRange piece, @Nullable TokenRange slice, @Nullable Mark mark, int mostRows) {

  /**
   * Four levels of halves at once. What is too much is often one partition, and the way down to it
   * leads over one failure a level: they take long, and reading the parts beside it does not.
   */
  static final int PARTS = 16;

  /**
   * The end of a page.
   *
   * @param position the server's paging state
   * @param last the token of the last row; null if the page was not full, so that the position may
   *     be anywhere behind it
   */
  record Mark(ByteBuffer position, @Nullable LongSupplier last) {}

  static Cursor at(TokenRange piece) {
    return new Cursor(piece, null, null, Integer.MAX_VALUE);
  }

  /** The same piece and slice, read further. */
  Cursor at(Mark end, int rows) {
    return new Cursor(piece, slice, end, rows);
  }

  /** Whether the piece is one token, which can be divided by keys alone. */
  boolean isToken() {
    return piece.endInclusive() - piece.startExclusive() == 1;
  }

  /**
   * Whether what is left can be asked for in smaller parts.
   *
   * @param values all values of the first clustering column; null if it cannot be divided by them
   */
  boolean isDivisible(@Nullable TokenRange values) {
    if (isToken()) {
      return values != null
          && (slice == null || slice.endInclusive() - slice.startExclusive() != 1);
    }
    return mark == null || mark.last() != null;
  }

  /**
   * Whether the token of the last row lies where it was asked for. The server tells the token of
   * the mask where the role of the session is given masks instead of the key: to divide there would
   * leave rows out or read them twice.
   */
  boolean isSound() {
    if (isToken() || mark == null || mark.last() == null) {
      return true;
    }
    long token = mark.last().getAsLong();
    return token > piece.startExclusive() && token <= piece.endInclusive();
  }

  /**
   * What is left, as smaller parts: the rest of the partition that was begun, from its position on,
   * and the tokens behind it, in their order; or slices of one token, each from that position on.
   *
   * @param values as in {@link #isDivisible}, which holds, as does {@link #isSound}
   * @param rows the most rows that their first pages may have
   */
  List<Cursor> parts(@Nullable TokenRange values, int rows) {
    List<Cursor> parts = new ArrayList<>();
    if (isToken()) {
      TokenRange divided = slice == null ? Objects.requireNonNull(values) : slice;
      divided.split(PARTS).forEach(part -> parts.add(new Cursor(piece, part, mark, rows)));
      return parts;
    }
    TokenRange rest = piece;
    if (mark != null && mark.last() != null) {
      long token = mark.last().getAsLong();
      parts.add(new Cursor(new TokenRange(token - 1, token), null, mark, rows));
      if (token == piece.endInclusive()) {
        return parts;
      }
      rest = new TokenRange(token, piece.endInclusive());
    }
    rest.split(PARTS).forEach(part -> parts.add(new Cursor(part, null, null, rows)));
    return parts;
  }
}
