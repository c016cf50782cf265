package io.ringhaul.scan;

import com.datastax.oss.driver.api.core.cql.Row;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rows of a page, which remembers the last that it has handed on. Used by one thread, once. */
final class LastRow implements Iterator<Row> {

  private final Iterator<Row> rows;
  private final RowTokens tokens;
  private @Nullable Row last;

  LastRow(Iterable<Row> rows, RowTokens tokens) {
    this.rows = rows.iterator();
    this.tokens = tokens;
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public Row next() {
    last = rows.next();
    return last;
  }

  /** The token of the page's last row, which is not empty. */
  long token() {
    // Whoever takes the next page has read this one, as a rule.
    while (hasNext()) {
      next();
    }
    return tokens.of(Objects.requireNonNull(last, "the page is empty"));
  }
}
