package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.cql.Row;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The rows of a page, which tells the token of the last. Used by one thread, once. */
final class LastRow implements Iterator<Row> {

  private final Iterator<Row> rows;
  private final RowTokens tokens;

  /** Rows that were passed on the way to the last one and are still to be handed on. */
  private final Deque<Row> passed = new ArrayDeque<>();

  private @Nullable Row last;
  private OptionalLong token = OptionalLong.empty();

  LastRow(Iterable<Row> rows, RowTokens tokens) {
    this.rows = rows.iterator();
    this.tokens = tokens;
  }

  @Override
  public boolean hasNext() {
    return !passed.isEmpty() || rows.hasNext();
  }

  @Override
  public Row next() {
    if (!passed.isEmpty()) {
      return passed.removeFirst();
    }
    last = rows.next();
    return last;
  }

  /** The token of the page's last row, which is not empty. Its rows can be read all the same. */
  long token() {
    if (token.isEmpty()) {
      while (rows.hasNext()) {
        last = rows.next();
        passed.addLast(last);
      }
      token = OptionalLong.of(tokens.of(Objects.requireNonNull(last, "the page is empty")));
    }
    return token.getAsLong();
  }
}
