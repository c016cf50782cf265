package io.ringhaul.internal.operation;

import java.util.concurrent.atomic.AtomicLong;

/** How many rows may still be written, by all tasks of an export together. Thread-safe. */
final class RowBudget {

  private final boolean limited;
  private final AtomicLong left;

  /**
   * @param rows how many; 0 for any number
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
