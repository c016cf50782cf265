package io.ringhaul.internal.scan;

/**
 * How tasks are read.
 *
 * @param pageSize rows to a page; 0 to adapt it so that a page has about 256 KiB
 * @param pagesAhead how many pages a task may have asked for or hold unread, 1 or more
 * @param mostPageSize how many rows a page of adapted size has at the most, 1 or more
 * @param keysAreTold whether the partition keys that are read are those of the rows, for certain,
 *     and not masks of them: what has been begun is divided only then, for where a page ends is
 *     told by the key of its last row
 */
public record ScanSettings(int pageSize, int pagesAhead, int mostPageSize, boolean keysAreTold) {

  /** The most rows that a page of adapted size has unless another bound is set. */
  public static final int MOST_PAGE_SIZE = 5_000;

  /** Pages of adapted size have {@value #MOST_PAGE_SIZE} rows at the most. */
  public ScanSettings(int pageSize, int pagesAhead, boolean keysAreTold) {
    this(pageSize, pagesAhead, MOST_PAGE_SIZE, keysAreTold);
  }
}
