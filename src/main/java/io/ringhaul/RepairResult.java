package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import java.util.Optional;

/**
 * The result of a repair.
 *
 * @param found the differences before the repair
 * @param written rows of the source that were written; 0 for a dry run
 * @param deleted rows that the source does not have and that were deleted
 * @param left the comparison of the touched token ranges afterwards; empty for a dry run, and if
 *     there was nothing to do
 */
public record RepairResult(
    VerifyResult found, long written, long deleted, Optional<VerifyResult> left)
    implements OperationResult {

  /** The figures of the first read of the table. */
  @Override
  public OperationTotals totals() {
    return found.totals();
  }

  /**
   * Whether the table and the source are equal now. A table with more differences than the heap has
   * room for is repaired in part, and is not: repair it again.
   */
  public boolean isEqual() {
    return found.isEqual() || (found.isComplete() && left.map(VerifyResult::isEqual).orElse(false));
  }
}
