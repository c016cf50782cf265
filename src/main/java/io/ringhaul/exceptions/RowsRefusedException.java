package io.ringhaul.exceptions;

import java.util.List;

/**
 * Statements of a stream that were left out, as the cluster refuses them for what they hold or the
 * driver cannot encode their values. Nothing of them was written; all others were, and the writer
 * goes on.
 */
public final class RowsRefusedException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final long count;
  private final List<RowRefusedException> refusals;

  /**
   * @param message how many they are, and the first of them
   * @param count how many they are
   * @param refusals the first of them, at least one
   */
  public RowsRefusedException(String message, long count, List<RowRefusedException> refusals) {
    super(message, refusals.get(0));
    this.count = count;
    this.refusals = List.copyOf(refusals);
  }

  /** How many statements were refused; those added together count as one. */
  public long count() {
    return count;
  }

  /** The first 1,000 refusals, each of which names the table and the row. */
  public List<RowRefusedException> refusals() {
    return refusals;
  }
}
