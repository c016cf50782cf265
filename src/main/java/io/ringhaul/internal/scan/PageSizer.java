package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.RequestLimits;
import java.util.Locale;

/**
 * Finds the page size in rows that makes pages of about {@value #TARGET_BYTES} bytes. The server
 * pages by rows and knows no byte limit, so a fixed size is either slow for narrow rows or too much
 * for wide ones. What the server's guardrail refuses is not asked for again. Both the size and the
 * bytes may be changed while pages are read. Thread-safe: all tasks of an operation learn together.
 */
public final class PageSizer {

  /** The bytes of a page unless a rate asks for less. */
  public static final int TARGET_BYTES = 256 * 1024;

  static final int FIRST_ROWS = 50;
  static final int MOST_ROWS = ScanSettings.MOST_PAGE_SIZE;

  /** A page that is a second's worth or more would be a burst and a long silence. */
  private static final int PAGES_PER_SECOND = 4;

  private int fixedRows;
  private long targetBytes;
  private int mostRows;
  private long ceilingBytes = Long.MAX_VALUE;
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
            ? Math.max(fixedRows, MOST_ROWS)
            : (int) share(limits.maxRowsPerSecond(), Math.min(mostAsked, MOST_ROWS));
  }

  private static long share(long perSecond, long most) {
    return perSecond == 0 ? most : Math.max(1, Math.min(most, perSecond / PAGES_PER_SECOND));
  }

  /** Whether the size is given, and not found. */
  public synchronized boolean isFixed() {
    return fixedRows > 0;
  }

  /** The largest size, in rows; it falls when the server refuses pages. */
  public synchronized int mostRows() {
    return mostRows;
  }

  /**
   * Asks for pages of so many rows from now on, or of fewer if the server refuses those.
   *
   * @param size rows, 1 or more
   */
  public synchronized void fix(int size) {
    fixedRows = size;
  }

  /** The bytes that a page is to have if its size is not fixed. */
  public synchronized long targetBytes() {
    return targetBytes;
  }

  /**
   * Makes pages of about so many bytes from now on, unless their size is fixed.
   *
   * @param bytes 1 or more
   */
  public synchronized void targetBytes(long bytes) {
    targetBytes = bytes;
  }

  /** The page size for the next request, in rows. */
  public synchronized int rows() {
    if (rowsSeen == 0) {
      return Math.min(mostRows, fixedRows > 0 ? fixedRows : FIRST_ROWS);
    }
    long most = fixedRows > 0 ? Math.min(fixedRows, mostRows) : mostRows;
    long bytes = fixedRows > 0 ? ceilingBytes : Math.min(targetBytes, ceilingBytes);
    return bounded(most, bytes);
  }

  private int bounded(long most, long bytes) {
    long bytesPerRow = Math.max(1, bytesSeen / rowsSeen);
    return (int) Math.max(1, Math.min(most, bytes / bytesPerRow));
  }

  /** The size that makes pages of {@value #TARGET_BYTES} bytes; 0 if no row was seen yet. */
  public synchronized int suitableRows() {
    return rowsSeen == 0 ? 0 : bounded(mostRows, TARGET_BYTES);
  }

  /**
   * Holds pages down to about so many bytes from now on, also those of a fixed size.
   *
   * @param bytes 1 or more; {@link Long#MAX_VALUE} ends it
   */
  public synchronized void ceiling(long bytes) {
    ceilingBytes = bytes;
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
