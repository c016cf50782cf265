package io.ringhaul.internal.scan;

import io.ringhaul.internal.ring.TokenShares;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What waits in a scan, divided into what it keeps and what others are to read. Pieces that are not
 * begun can be given away, and of those that are begun the tokens behind the last row that was
 * read; a partition that is begun stays.
 *
 * @param kept what the scan goes on with, in the order of before
 * @param given what others read, in shares of equal width, none of them empty
 */
record Handover(List<Cursor> kept, List<List<TokenRange>> given) {

  /** Divides into so many shares, of which the first is kept. */
  static Handover shares(Collection<Cursor> waiting, int shares) {
    List<List<TokenRange>> all = TokenShares.of(free(waiting), shares);
    return new Handover(
        kept(waiting, all.get(0)),
        all.subList(1, all.size()).stream().filter(share -> !share.isEmpty()).toList());
  }

  /** Gives all away that can be given, in one share. */
  static Handover all(Collection<Cursor> waiting) {
    List<TokenRange> free = free(waiting);
    return new Handover(kept(waiting, List.of()), free.isEmpty() ? List.of() : List.of(free));
  }

  private static List<TokenRange> free(Collection<Cursor> waiting) {
    List<TokenRange> free = new ArrayList<>();
    waiting.forEach(cursor -> cursor.free().ifPresent(free::add));
    return free;
  }

  /**
   * @param share the first of the free ranges, the last of them perhaps in part
   */
  private static List<Cursor> kept(Collection<Cursor> waiting, List<TokenRange> share) {
    List<Cursor> kept = new ArrayList<>();
    int next = 0;
    for (Cursor cursor : waiting) {
      if (cursor.free().isEmpty()) {
        kept.add(cursor);
      } else if (next < share.size()) {
        kept.add(cursor.upTo(share.get(next).endInclusive()));
        next++;
      } else if (cursor.mark() != null) {
        kept.add(cursor.upTo(cursor.lastToken()));
      }
    }
    return kept;
  }
}
