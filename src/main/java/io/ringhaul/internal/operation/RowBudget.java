package io.ringhaul.internal.operation;

import java.util.concurrent.atomic.AtomicLong;

/** The number of rows that all tasks of an operation together may still process. Thread-safe. */
final class RowBudget {

  private final boolean limited;
  private final AtomicLong left;

  /**
   * @param rows the limit; 0 for no limit
   */
  RowBudget(long rows) {
    this.limited = rows > 0;
    this.left = new AtomicLong(rows);
  }

  /** Takes one row; false if none is left. */
  boolean take() {
    return !limited || left.getAndUpdate(rows -> Math.max(0, rows - 1)) > 0;
  }

  /** Whether no row is left. */
  boolean isSpent() {
    return limited && left.get() == 0;
  }
}
