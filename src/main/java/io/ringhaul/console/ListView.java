package io.ringhaul.console;

import io.javalin.http.Context;
import java.util.List;
import java.util.function.Function;

/**
 * A page of a list.
 *
 * @param total the length of the list
 * @param offset the position of the first item, from 0
 * @param limit the largest number of items
 */
record ListView<T>(List<T> items, int total, int offset, int limit) {

  static final String OFFSET = "offset";
  static final String LIMIT = "limit";

  private static final int MOST = 1_000;
  private static final int FEW = 50;

  /** Returns the requested page and converts only its items. */
  static <S, T> ListView<T> of(Context context, List<S> all, Function<S, T> form) {
    return of(context, MOST, all, form);
  }

  /**
   * Returns the requested page and converts only its items.
   *
   * @param most the largest limit that a request may give
   */
  static <S, T> ListView<T> of(Context context, int most, List<S> all, Function<S, T> form) {
    return ofPage(context, most, all, page -> page.stream().map(form).toList());
  }

  /** Same as {@link #of(Context, List, Function)}, but converts the items together. */
  static <S, T> ListView<T> ofPage(Context context, List<S> all, Function<List<S>, List<T>> form) {
    return ofPage(context, MOST, all, form);
  }

  private static <S, T> ListView<T> ofPage(
      Context context, int most, List<S> all, Function<List<S>, List<T>> form) {
    int offset = Query.whole(context, OFFSET, 0, Integer.MAX_VALUE, 0);
    int limit = Query.whole(context, LIMIT, 1, most, FEW);
    int begin = Math.min(offset, all.size());
    int end = (int) Math.min((long) begin + limit, all.size());
    return new ListView<>(form.apply(all.subList(begin, end)), all.size(), offset, limit);
  }
}
