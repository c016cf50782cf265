package io.ringhaul.internal.scan;

/**
 * The settings of a scan.
 *
 * @param pageSize page size in rows; 0 to adapt it to about 256 KiB for each page
 * @param pagesAhead maximum number of requested or unread pages of a task, 1 or more
 * @param mostPageSize maximum number of rows of a page of adapted size, 1 or more
 * @param keysAreUnmasked whether the role certainly reads partition keys and not masks. A partly
 *     read range is divided only then, because the key of its last row shows where a page ends
 */
public record ScanSettings(
    int pageSize, int pagesAhead, int mostPageSize, boolean keysAreUnmasked) {

  /** Default maximum number of rows of a page of adapted size. */
  public static final int MOST_PAGE_SIZE = 5_000;

  /** Creates settings whose adapted pages have at most {@value #MOST_PAGE_SIZE} rows. */
  public ScanSettings(int pageSize, int pagesAhead, boolean keysAreUnmasked) {
    this(pageSize, pagesAhead, MOST_PAGE_SIZE, keysAreUnmasked);
  }
}
