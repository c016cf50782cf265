package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import io.ringhaul.internal.request.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The writes that were sent and whose outcome is not known. The others go on, so that in the end
 * exactly these are in doubt; so many of them that the list would grow without bound end the
 * writing. Not thread-safe.
 */
final class DoubtfulWrites {

  /** A cluster that leaves so many without an answer will hardly answer the next. */
  private static final int MOST = 10_000;

  private static final int MOST_IN_MESSAGE = 5;

  private final Function<BatchableStatement<?>, String> rowNames;
  private final List<String> rows = new ArrayList<>();
  private @Nullable Throwable first;

  DoubtfulWrites(Function<BatchableStatement<?>, String> rowNames) {
    this.rowNames = rowNames;
  }

  void add(List<? extends BatchableStatement<?>> statements, Throwable failure) {
    if (first == null) {
      first = Failures.unwrap(failure);
    }
    statements.forEach(statement -> rows.add(rowNames.apply(statement)));
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  int size() {
    return rows.size();
  }

  boolean isFull() {
    return rows.size() >= MOST;
  }

  /**
   * The failure that names these writes.
   *
   * @param besides what ended the writing besides; null if everything else was written
   */
  UnknownWriteOutcomeException exception(@Nullable Throwable besides) {
    String named = String.join(", ", rows.subList(0, Math.min(MOST_IN_MESSAGE, rows.size())));
    return new UnknownWriteOutcomeException(
        String.format(
            "The outcome of %d writes is unknown (%s). They may or may not have been applied and"
                + " were not repeated; read these rows and compare: %s%s. %s",
            rows.size(),
            first == null ? "no answer" : Failures.describe(first),
            named,
            rows.size() > MOST_IN_MESSAGE ? " and so on" : "",
            rest(besides)),
        besides == null ? first : besides,
        rows);
  }

  private String rest(@Nullable Throwable besides) {
    if (besides != null) {
      return "The writing ended before all was sent: " + besides.getMessage();
    }
    return isFull()
        ? "These are too many to go on: the writing ended before all was sent"
        : "All other writes were acknowledged or refused";
  }
}
