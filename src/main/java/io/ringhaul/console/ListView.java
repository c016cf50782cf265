package io.ringhaul.console;

import java.util.List;
import java.util.function.Function;

/**
 * A stretch of a list.
 *
 * @param total how long the whole list is
 * @param offset where the stretch begins, from 0
 * @param limit how long it may be
 */
record ListView<T>(List<T> items, int total, int offset, int limit) {

  static final QueryParameter<Integer> OFFSET =
      QueryParameter.whole("offset", "Where the stretch begins", 0, Integer.MAX_VALUE, 0);

  static final QueryParameter<Integer> LIMIT = limit(1_000);

  static QueryParameter<Integer> limit(int most) {
    return QueryParameter.whole("limit", "How long the stretch may be", 1, most, 50);
  }

  /** The stretch that a call asks for. Only what is in it is turned into its form. */
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
