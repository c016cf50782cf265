package io.ringhaul.internal.scan;

import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a range and the position up to which it has been read.
 *
 * @param piece a range that does not wrap
 * @param slice a part of the piece's only token, as a range of values of the first clustering
 *     column, not of tokens; null for all values
 * @param mark end of the last page; null if no page was read
 * @param mostRows maximum number of rows of the next page, since larger pages have failed
 * @param pagesOfToken number of consecutive pages that ended in the token of the mark, as far as
 *     counted
 */
record Cursor(
    TokenRange piece,
    @Nullable TokenRange slice,
    @Nullable Mark mark,
    int mostRows,
    int pagesOfToken) {

  /**
   * Equals four levels of halving. The cause of a large range is often one partition. Halving would
   * reach it with one slow failure for each level, while reading the other parts is fast.
   */
  static final int PARTS = 16;

  /**
   * The end of a page.
   *
   * @param position the server's paging state
   * @param last token of the last row; null if the page was not full, so that the position may be
   *     anywhere behind that row, or if the row may contain a mask instead of its key
   * @param reached token of the last row so far, even if its page was not full; null if there is
   *     none or its token is unknown
   */
  record Mark(ByteBuffer position, @Nullable LongSupplier last, @Nullable LongSupplier reached) {}

  Cursor(TokenRange piece, @Nullable TokenRange slice, @Nullable Mark mark, int mostRows) {
    this(piece, slice, mark, mostRows, 0);
  }

  static Cursor at(TokenRange piece) {
    return new Cursor(piece, null, null, Integer.MAX_VALUE);
  }

  /**
   * Returns this cursor with the number of pages of its token.
   *
   * @param before the cursor before the last page
   */
  Cursor counted(Cursor before) {
    if (mark == null || mark.last() == null) {
      return this;
    }
    boolean same =
        isToken()
            || (before.mark() != null
                && before.mark().last() != null
                && before.lastToken() == lastToken());
    return new Cursor(piece, slice, mark, mostRows, same ? before.pagesOfToken() + 1 : 1);
  }

  /** Returns this cursor as one whose token is not divided into slices. */
  Cursor indivisible() {
    return new Cursor(piece, slice, mark, mostRows, Integer.MIN_VALUE);
  }

  /** Returns a cursor for the rest of the partition of the last row. */
  Cursor ofLastToken() {
    return isToken() ? this : upTo(lastToken());
  }

  /**
   * Divides the rest of one token into slices of about equal width between two values, and one
   * slice for the values on each side. Every slice starts at the position of this cursor.
   *
   * @param all all values of the first clustering column
   * @param between values that are likely to have rows
   */
  List<Cursor> slices(TokenRange all, TokenRange between) {
    List<TokenRange> slices = new ArrayList<>();
    if (between.startExclusive() > all.startExclusive()) {
      slices.add(new TokenRange(all.startExclusive(), between.startExclusive()));
    }
    slices.addAll(between.split(PARTS));
    if (between.endInclusive() < all.endInclusive()) {
      slices.add(new TokenRange(between.endInclusive(), all.endInclusive()));
    }
    Tiling.requireExactly(TokenRangeSet.of(all), slices);
    return slices.stream().map(part -> new Cursor(piece, part, mark, mostRows)).toList();
  }

  /** Returns this cursor after a page of the same piece and slice. */
  Cursor at(Mark end, int rows) {
    return new Cursor(piece, slice, end, rows);
  }

  /** Whether the piece is one token, which only keys can divide. */
  boolean isToken() {
    return piece.endInclusive() - piece.startExclusive() == 1;
  }

  /**
   * Whether the rest can be divided into smaller parts.
   *
   * @param values all values of the first clustering column; null if they cannot divide it
   */
  boolean isDivisible(@Nullable TokenRange values) {
    if (isToken()) {
      return values != null
          && (slice == null || slice.endInclusive() - slice.startExclusive() != 1);
    }
    return mark == null || mark.last() != null;
  }

  /**
   * Whether the token of the last row is in the piece. If the role of the session receives masks
   * instead of keys, the server returns the token of the mask, and dividing there would skip rows
   * or read them twice.
   */
  boolean endsInPiece() {
    if (isToken() || mark == null || mark.last() == null) {
      return true;
    }
    long token = mark.last().getAsLong();
    return token > piece.startExclusive() && token <= piece.endInclusive();
  }

  /**
   * Returns the tokens of the piece without any row that was read or requested, so that other
   * readers can take them; empty if there are none, or if their start is unknown.
   */
  Optional<TokenRange> free() {
    if (isToken()) {
      return Optional.empty();
    }
    if (mark == null) {
      return Optional.of(piece);
    }
    if (mark.last() == null || !endsInPiece() || lastToken() == piece.endInclusive()) {
      return Optional.empty();
    }
    return Optional.of(new TokenRange(lastToken(), piece.endInclusive()));
  }

  /** Returns the supplier of the token of the last row read; null if it is unknown. */
  @Nullable LongSupplier lastReached() {
    return mark == null ? null : mark.reached();
  }

  /**
   * Returns the token up to which the piece counts as read, for progress. A token counts as read
   * with the first page that ends in it, so the slices of one token add nothing.
   */
  long reached() {
    if (slice != null) {
      return piece.endInclusive();
    }
    if (mark == null || mark.reached() == null) {
      return piece.startExclusive();
    }
    long token = mark.reached().getAsLong();
    boolean isInPiece = token > piece.startExclusive() && token <= piece.endInclusive();
    return isInPiece ? token : piece.startExclusive();
  }

  /** Returns the token of the last page's last row, which must be known. */
  long lastToken() {
    return Objects.requireNonNull(Objects.requireNonNull(mark).last()).getAsLong();
  }

  /**
   * Returns this cursor with another end.
   *
   * @param end a token of the piece, at or after that of the last row
   */
  Cursor upTo(long end) {
    long start = mark != null && end == lastToken() ? end - 1 : piece.startExclusive();
    return new Cursor(new TokenRange(start, end), slice, mark, mostRows);
  }

  /**
   * Divides the rest into smaller parts, in token order: the rest of the last row's partition, from
   * the position on, and the tokens after it; or slices of one token, each from the position on.
   *
   * @param values as in {@link #isDivisible}, which must hold, as must {@link #endsInPiece}
   * @param rows maximum number of rows of the parts' first pages
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
