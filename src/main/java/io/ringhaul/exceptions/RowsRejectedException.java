package io.ringhaul.exceptions;

import java.util.List;

/**
 * Statements of a stream were rejected because the cluster rejects their content or the driver
 * cannot encode their values. None of these was written; all others were, and the writer continues.
 */
public final class RowsRejectedException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final long count;
  private final List<RowRejectedException> rejections;

  /**
   * @param message the number of rejected statements, and the first of them
   * @param count the number of rejected statements
   * @param rejections the first rejections, at least one
   */
  public RowsRejectedException(String message, long count, List<RowRejectedException> rejections) {
    super(message, rejections.get(0));
    this.count = count;
    this.rejections = List.copyOf(rejections);
  }

  /** The number of rejected statements; statements that were added together count as one. */
  public long count() {
    return count;
  }

  /** The first 1,000 rejections. Each names the table and the row. */
  public List<RowRejectedException> rejections() {
    return rejections;
  }
}
