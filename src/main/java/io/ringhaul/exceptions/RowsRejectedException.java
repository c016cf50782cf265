package io.ringhaul.exceptions;

import java.util.List;

/**
 * Statements of a stream that were left out, as the cluster refuses them for what they hold or the
 * driver cannot encode their values. Nothing of them was written; all others were, and the writer
 * goes on.
 */
public final class RowsRejectedException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final long count;
  private final List<RowRejectedException> rejections;

  /**
   * @param message how many they are, and the first of them
   * @param count how many they are
   * @param rejections the first of them, at least one
   */
  public RowsRejectedException(String message, long count, List<RowRejectedException> rejections) {
    super(message, rejections.get(0));
    this.count = count;
    this.rejections = List.copyOf(rejections);
  }

  /** How many statements were rejected; those added together count as one. */
  public long count() {
    return count;
  }

  /** The first 1,000 rejections, each of which names the table and the row. */
  public List<RowRejectedException> rejections() {
    return rejections;
  }
}
