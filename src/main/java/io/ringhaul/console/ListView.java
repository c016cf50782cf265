package io.ringhaul.console;

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

  static final QueryParameter<Integer> OFFSET =
      QueryParameter.whole("offset", 0, Integer.MAX_VALUE, 0);

  static final QueryParameter<Integer> LIMIT = limit(1_000);

  static QueryParameter<Integer> limit(int most) {
    return QueryParameter.whole("limit", 1, most, 50);
  }

  /** Returns the requested page and converts only its items. */
  static <S, T> ListView<T> of(
      Call call, QueryParameter<Integer> limit, List<S> all, Function<S, T> form) {
    int offset = call.value(OFFSET);
    int most = call.value(limit);
    int begin = Math.min(offset, all.size());
    int end = (int) Math.min((long) begin + most, all.size());
    return new ListView<>(
        all.subList(begin, end).stream().map(form).toList(), all.size(), offset, most);
  }
}
