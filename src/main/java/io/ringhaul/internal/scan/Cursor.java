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
 * A piece of a range and how far it has been read.
 *
 * @param piece a range that does not wrap
 * @param slice which values of the first clustering column; null for all, and in more than one
 *     token
 * @param mark where its last page ended; null if none was read
 * @param mostRows rows that its next page may have; larger pages have failed
 * @param pagesOfToken how many pages in a row ended in the token of the mark, as far as was looked
 */
record Cursor(
    TokenRange piece,
    @Nullable TokenRange slice,
    @Nullable Mark mark,
    int mostRows,
    int pagesOfToken) {

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
   *     be anywhere behind it, or if the row may have a mask instead of its key
   * @param reached the token of the last row so far, however full its page was; null if there was
   *     none or its token is not known
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
   * @param before the cursor as it was a page ago
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

  /** Returns this cursor as one that is not read in slices. */
  Cursor indivisible() {
    return new Cursor(piece, slice, mark, mostRows, Integer.MIN_VALUE);
  }

  /** The rest of the partition that was begun. */
  Cursor ofLastToken() {
    return isToken() ? this : upTo(lastToken());
  }

  /**
   * What is left of one token, in slices of about equal width and with the values outside of them
   * as slices too, each from the position on.
   *
   * @param all all values of the first clustering column
   * @param between where rows are to be expected
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
   * The tokens of the piece of which no row was read or asked for, so that others can read them;
   * empty if there are none, or if it is not known from where on.
   */
  Optional<TokenRange> free() {
    if (isToken()) {
      return Optional.empty();
    }
    if (mark == null) {
      return Optional.of(piece);
    }
    if (mark.last() == null || !isSound() || lastToken() == piece.endInclusive()) {
      return Optional.empty();
    }
    return Optional.of(new TokenRange(lastToken(), piece.endInclusive()));
  }

  /** Tells the token of the last row that was read; null if it is not known. */
  @Nullable LongSupplier lastReached() {
    return mark == null ? null : mark.reached();
  }

  /**
   * The token up to which the piece counts as read, for telling progress. All of a token counts
   * with the first page that ends in it, so that the slices of one add nothing.
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

  /** The token of the last row of the last page, which is known. */
  long lastToken() {
    return Objects.requireNonNull(Objects.requireNonNull(mark).last()).getAsLong();
  }

  /**
   * Returns this cursor with another end.
   *
   * @param end a token of the piece, not before that of the last row
   */
  Cursor upTo(long end) {
    long start = mark != null && end == lastToken() ? end - 1 : piece.startExclusive();
    return new Cursor(new TokenRange(start, end), slice, mark, mostRows);
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
