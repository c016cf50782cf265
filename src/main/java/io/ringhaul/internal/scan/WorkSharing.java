package io.ringhaul.internal.scan;

import io.ringhaul.schema.TokenRange;
import java.util.List;

/**
 * Limits and divides the work of a scan. The scan of a task asks between its pages how many pages
 * to request ahead and whether to hand over ranges to other readers. Called by the thread that
 * reads the task.
 */
public interface WorkSharing {

  /** Returns the maximum number of requested or unread pages of the task, 1 or more; may change. */
  int pagesAhead();

  /** Whether to divide the rest of the task now, usually because another reader is free. */
  default boolean isWanted() {
    return false;
  }

  /**
   * Returns the number of parts of equal width into which to divide the rest. The task keeps the
   * first part; 1 keeps all.
   */
  default int parts(ScanRest rest) {
    return 1;
  }

  /**
   * Receives the ranges that the task does not read. If this throws, the scan ends and the task
   * keeps all ranges.
   *
   * @param given token ranges of the task, in one or more non-empty shares
   */
  default void handOver(List<List<TokenRange>> given) {
    throw new IllegalStateException("no other reader takes ranges");
  }
}
