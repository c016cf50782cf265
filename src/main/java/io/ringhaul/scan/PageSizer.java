package io.ringhaul.scan;

/**
 * Finds the page size in rows that makes pages of about {@value #TARGET_BYTES} bytes. The server
 * pages by rows and knows no byte limit, so a fixed size is either slow for narrow rows or too much
 * for wide ones. Thread-safe: all tasks of an operation learn together.
 */
final class PageSizer {

  static final int TARGET_BYTES = 256 * 1024;
  static final int FIRST_ROWS = 50;
  static final int MOST_ROWS = ScanSettings.MOST_PAGE_SIZE;

  private final int fixedRows;
  private final int mostRows;
  private long rowsSeen;
  private long bytesSeen;

  /**
   * @param fixedRows the page size to use always; 0 to adapt it
   * @param mostRows the largest size that it is adapted to
   */
  PageSizer(int fixedRows, int mostRows) {
    this.fixedRows = fixedRows;
    this.mostRows = Math.min(mostRows, MOST_ROWS);
  }

  /** The page size for the next request, in rows. */
  synchronized int rows() {
    if (fixedRows > 0) {
      return fixedRows;
    }
    if (rowsSeen == 0) {
      return Math.min(FIRST_ROWS, mostRows);
    }
    long bytesPerRow = Math.max(1, bytesSeen / rowsSeen);
    return (int) Math.max(1, Math.min(mostRows, TARGET_BYTES / bytesPerRow));
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
}
