package io.ringhaul.scan;

import io.ringhaul.request.RequestSender;

/**
 * Reads the tasks of one table. Thread-safe; each task is read by one thread.
 *
 * @see TaskScan
 */
public final class TableScanner {

  private final RangeStatements statements;
  private final RequestSender sender;
  private final PageSizer pageSizer;
  private final int pagesAhead;

  /** Reads with the given statements through the given sender. */
  public TableScanner(RangeStatements statements, RequestSender sender, ScanSettings settings) {
    this.statements = statements;
    this.sender = sender;
    this.pageSizer = new PageSizer(settings.pageSize(), settings.mostPageSize(), sender.limits());
    this.pagesAhead = settings.pagesAhead();
  }

  /** The pages of a task, asked for as they are taken. */
  public TaskScan scan(ScanTask task) {
    return new TaskScan(task, statements, sender, pageSizer, pagesAhead);
  }
}
