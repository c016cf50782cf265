package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.internal.request.Excess;
import io.ringhaul.internal.request.Request;
import java.util.Optional;

/**
 * The retries of one page. A page that exceeds a limit of the server is requested a few times in
 * smaller sizes; then the range is divided. A range that cannot be divided is tried as often as any
 * request, except after too many tombstones, since retries do not remove them.
 */
final class PageRetries {

  private static final int ATTEMPTS = 3;
  private static final int SHRINKING = 8;

  private final boolean divisible;
  private int pageSize;
  private int excesses;

  private PageRetries(int pageSize, boolean divisible) {
    this.pageSize = pageSize;
    this.divisible = divisible;
  }

  /** Returns the smallest page size, in rows, that is tried in place of a page size. */
  static int smallest(int rows) {
    return Math.max(1, rows / (SHRINKING * SHRINKING));
  }

  /**
   * Returns the request for a page.
   *
   * @param token a token of the range, for its replicas
   * @param divisible whether the range can be divided if the page is too large
   */
  static Request request(Statement<?> page, long token, boolean divisible) {
    PageRetries retries = new PageRetries(page.getPageSize(), divisible);
    Request request = new Request(page, retries::smaller, retries::isWorthAnother).at(token);
    return divisible ? request.inParts() : request;
  }

  private Statement<?> smaller(Statement<?> statement, Throwable failure) {
    if (Excess.of(failure).isEmpty()) {
      return statement;
    }
    pageSize = Math.max(1, pageSize / SHRINKING);
    return statement.setPageSize(pageSize);
  }

  private boolean isWorthAnother(Throwable failure) {
    Optional<Excess> excess = Excess.of(failure);
    if (excess.isEmpty()) {
      return true;
    }
    excesses++;
    if (divisible) {
      return excesses < ATTEMPTS && pageSize > 1;
    }
    return excess.get() == Excess.TIME || excesses < ATTEMPTS;
  }
}
