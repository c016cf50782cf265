package io.ringhaul.scan;

import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import io.ringhaul.request.Failures;
import io.ringhaul.request.RequestLimits;
import java.util.Locale;

/**
 * Finds the page size in rows that makes pages of about {@value #TARGET_BYTES} bytes. The server
 * pages by rows and knows no byte limit, so a fixed size is either slow for narrow rows or too much
 * for wide ones. What the server's guardrail refuses is not asked for again. Thread-safe: all tasks
 * of an operation learn together.
 */
final class PageSizer {

  static final int TARGET_BYTES = 256 * 1024;
  static final int FIRST_ROWS = 50;
  static final int MOST_ROWS = ScanSettings.MOST_PAGE_SIZE;

  /** A page that is a second's worth or more would be a burst and a long silence. */
  private static final int PAGES_PER_SECOND = 4;

  private final int fixedRows;
  private final long targetBytes;
  private int mostRows;
  private long rowsSeen;
  private long bytesSeen;

  /**
   * @param fixedRows the page size to use always; 0 to adapt it
   * @param mostAsked the largest size that it is adapted to
   * @param limits rates that pages must suit
   */
  PageSizer(int fixedRows, int mostAsked, RequestLimits limits) {
    this.fixedRows = fixedRows;
    this.targetBytes = share(limits.maxBytesPerSecond(), TARGET_BYTES);
    this.mostRows =
        fixedRows > 0
            ? fixedRows
            : (int) share(limits.maxRowsPerSecond(), Math.min(mostAsked, MOST_ROWS));
  }

  private static long share(long perSecond, long most) {
    return perSecond == 0 ? most : Math.max(1, Math.min(most, perSecond / PAGES_PER_SECOND));
  }

  /** The page size for the next request, in rows. */
  synchronized int rows() {
    if (fixedRows > 0) {
      return mostRows;
    }
    if (rowsSeen == 0) {
      return Math.min(mostRows, FIRST_ROWS);
    }
    long bytesPerRow = Math.max(1, bytesSeen / rowsSeen);
    return (int) Math.max(1, Math.min(mostRows, targetBytes / bytesPerRow));
  }

  /** Learns from a page. Old pages weigh less and less, so that the size follows the table. */
  synchronized void learn(int rows, long bytes) {
    if (rowsSeen > 20L * MOST_ROWS) {
      rowsSeen /= 2;
      bytesSeen /= 2;
    }
    rowsSeen += rows;
    bytesSeen += rows == 0 ? 0 : bytes;
  }

  /**
   * Learns from a failure.
   *
   * @param rows the page size that was asked for
   * @return whether the server refuses pages of that size, so that the page should be asked for
   *     again with {@link #rows()}
   */
  synchronized boolean isRefused(int rows, Throwable failure) {
    if (rows <= 1 || !isGuardrail(Failures.unwrap(failure))) {
      return false;
    }
    mostRows = Math.min(mostRows, rows / 2);
    return true;
  }

  /** The protocol has no code for a guardrail: there is only the server's sentence. */
  private static boolean isGuardrail(Throwable failure) {
    String said = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return failure instanceof InvalidQueryException
        && said.contains("page size")
        && said.contains("threshold");
  }
}
