package io.ringhaul.internal.scan;

import io.ringhaul.schema.TokenRange;
import java.util.List;

/**
 * Whoever runs the tasks of a scan, as one task asks it between its pages: how much may be under
 * way, and whether others should read some of what is left. Called by the thread that pulls the
 * task's pages.
 */
public interface WorkSharing {

  /** How many pages the task may have asked for or hold unread, 1 or more; may change. */
  int pagesAhead();

  /** Whether somebody would take work just now. */
  default boolean isWanted() {
    return false;
  }

  /**
   * Into how many parts of equal width what is left is to be divided: the task keeps the first. 1
   * leaves all of it to the task.
   */
  default int parts(ScanRest rest) {
    return 1;
  }

  /**
   * Takes what the task will not read. What this throws ends the scan, and the task still has all
   * of it.
   *
   * @param given token ranges of the task, in one part or more, none of them empty
   */
  default void handOver(List<List<TokenRange>> given) {
    throw new IllegalStateException("nobody takes work");
  }
}
