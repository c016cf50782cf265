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

  /** Reads with the given statements through the given sender. */
  public TableScanner(RangeStatements statements, RequestSender sender, ScanSettings settings) {
    this.statements = statements;
    this.sender = sender;
    this.pageSizer = new PageSizer(settings.pageSize(), settings.mostPageSize(), sender.limits());
    this.settings = settings;
  }

  /** Says how large the pages of all tasks are, and may be told. */
  public PageSizer pageSizer() {
    return pageSizer;
  }

  /** The pages of a task, asked for as they are taken. */
  public TaskScan scan(ScanTask task) {
    return scan(task, settings::pagesAhead);
  }

  /** The pages of a task that may hand a part of its ranges over to others while it is read. */
  public TaskScan scan(ScanTask task, WorkSharing sharing) {
    return new TaskScan(task, statements, sender, pageSizer, sharing, settings.keysAreTold());
  }
}
