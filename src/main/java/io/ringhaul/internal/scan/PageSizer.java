package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.RequestLimits;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Adapts the page size in rows so that pages have about {@value #TARGET_BYTES} bytes. The server
 * pages by rows and has no byte limit, so a fixed size is either slow for narrow rows or too large
 * for wide ones. A size that a guardrail refused is not requested again. Row and byte targets may
 * change during the scan. Thread-safe: all tasks of an operation share one instance.
 */
public final class PageSizer {

  /** Target size of a page in bytes, unless a rate limit needs less. */
  public static final int TARGET_BYTES = 256 * 1024;

  static final int FIRST_ROWS = 50;
  static final int MOST_ROWS = ScanSettings.MOST_PAGE_SIZE;

  /**
   * Limits a page to this fraction of a second's rate, since larger pages would alternate bursts
   * and pauses.
   */
  private static final int PAGES_PER_SECOND = 4;

  private final Supplier<RequestLimits> limits;
  private int fixedRows;
  private long targetBytes = TARGET_BYTES;
  private int mostRows;
  private long ceilingBytes = Long.MAX_VALUE;
  private long rowsSeen;
  private long bytesSeen;

  /**
   * @param fixedRows page size to use always; 0 to adapt it
   * @param mostAsked maximum of the adapted size
   * @param limits the current rates, which limit the page size
   */
  PageSizer(int fixedRows, int mostAsked, Supplier<RequestLimits> limits) {
    this.limits = limits;
    this.fixedRows = fixedRows;
    this.mostRows = fixedRows > 0 ? Math.max(fixedRows, MOST_ROWS) : Math.min(mostAsked, MOST_ROWS);
  }

  private static long share(long perSecond, long most) {
    return perSecond == 0 ? most : Math.max(1, Math.min(most, perSecond / PAGES_PER_SECOND));
  }

  /** Returns whether the size is fixed. */
  public synchronized boolean isFixed() {
    return fixedRows > 0;
  }

  /** Returns the maximum size in rows, which falls when the server refuses pages. */
  public synchronized int mostRows() {
    return mostRows;
  }

  /**
   * Sets a fixed page size, or fewer rows if the server refuses it.
   *
   * @param size rows, 1 or more
   */
  public synchronized void fix(int size) {
    fixedRows = size;
  }

  /** Returns the target size in bytes of pages without a fixed size. */
  public synchronized long targetBytes() {
    return targetBytes;
  }

  /**
   * Sets the target size of pages without a fixed size.
   *
   * @param bytes 1 or more
   */
  public synchronized void targetBytes(long bytes) {
    targetBytes = bytes;
  }

  /** Returns the page size for the next request, in rows. */
  public synchronized int rows() {
    RequestLimits now = limits.get();
    long most =
        fixedRows > 0 ? Math.min(fixedRows, mostRows) : share(now.maxRowsPerSecond(), mostRows);
    if (rowsSeen == 0) {
      return (int) (fixedRows > 0 ? most : Math.min(most, FIRST_ROWS));
    }
    long bytes =
        fixedRows > 0
            ? ceilingBytes
            : share(now.maxBytesPerSecond(), Math.min(targetBytes, ceilingBytes));
    return bounded(most, bytes);
  }

  private int bounded(long most, long bytes) {
    long bytesPerRow = Math.max(1, bytesSeen / rowsSeen);
    return (int) Math.max(1, Math.min(most, bytes / bytesPerRow));
  }

  /** Returns the size for pages of {@value #TARGET_BYTES} bytes; 0 before the first row. */
  public synchronized int suitableRows() {
    return rowsSeen == 0 ? 0 : bounded(mostRows, TARGET_BYTES);
  }

  /**
   * Limits all pages, including those of a fixed size, to about this many bytes.
   *
   * @param bytes 1 or more; {@link Long#MAX_VALUE} removes the limit
   */
  public synchronized void ceiling(long bytes) {
    ceilingBytes = bytes;
  }

  /** Records a page. The weight of old pages decays, so the size follows the table. */
  synchronized void learn(int rows, long bytes) {
    if (rowsSeen > 20L * MOST_ROWS) {
      rowsSeen /= 2;
      bytesSeen /= 2;
    }
    rowsSeen += rows;
    bytesSeen += rows == 0 ? 0 : bytes;
  }

  /**
   * Records a failure.
   *
   * @param rows the requested page size
   * @return whether the server refused that size, so that the caller must repeat the request with
   *     {@link #rows()}
   */
  synchronized boolean isRefused(int rows, Throwable failure) {
    if (rows <= 1 || !isGuardrail(Failures.unwrap(failure))) {
      return false;
    }
    mostRows = Math.min(mostRows, rows / 2);
    return true;
  }

  /** The protocol has no error code for guardrails, only a message. */
  private static boolean isGuardrail(Throwable failure) {
    String said = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return failure instanceof InvalidQueryException
        && said.contains("page size")
        && said.contains("threshold");
  }
}
