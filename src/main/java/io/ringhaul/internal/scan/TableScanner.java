package io.ringhaul.internal.scan;

import io.ringhaul.internal.request.RequestSender;

/**
 * Reads the tasks of one table. Thread-safe; each task is read by one thread.
 *
 * @see TaskScan
 */
public final class TableScanner {

  private final RangeStatements statements;
  private final RequestSender sender;
  private final PageSizer pageSizer;
  private final ScanSettings settings;

  /** Creates a scanner. */
  public TableScanner(RangeStatements statements, RequestSender sender, ScanSettings settings) {
    this.statements = statements;
    this.sender = sender;
    this.pageSizer = new PageSizer(settings.pageSize(), settings.mostPageSize(), sender::limits);
    this.settings = settings;
  }

  /** Returns the page sizer of all tasks, which may be adjusted. */
  public PageSizer pageSizer() {
    return pageSizer;
  }

  /** Scans a whole task, with the settings' number of pages ahead. */
  public TaskScan scan(ScanTask task) {
    return scan(task, settings::pagesAhead);
  }

  /**
   * Scans a task that may hand over part of its ranges during the scan.
   *
   * @param sharing decides the pages ahead, in place of the settings
   */
  public TaskScan scan(ScanTask task, WorkSharing sharing) {
    return new TaskScan(task, statements, sender, pageSizer, sharing, settings.keysAreUnmasked());
  }
}
