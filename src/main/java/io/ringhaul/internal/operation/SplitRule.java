package io.ringhaul.internal.operation;

import io.ringhaul.internal.scan.ScanRest;

/** Decides when a running task is split, and into how many parts. */
@FunctionalInterface
public interface SplitRule {

  /** The least duration of a part; below this, the cost of its file and checkpoint dominates. */
  double LEAST_SECONDS = 1;

  /** The least number of pages of a part. */
  double LEAST_PAGES = 4;

  /** One part for the task itself and one for each idle worker, within the least sizes. */
  SplitRule ADAPTIVE =
      (rest, takers) ->
          (int)
              Math.min(
                  takers + 1.0,
                  Math.min(rest.seconds() / LEAST_SECONDS, rest.pages() / LEAST_PAGES));

  /** Never splits a task. */
  SplitRule NEVER = (rest, takers) -> 1;

  /**
   * The number of parts to split the rest of a task into.
   *
   * @param takers the number of idle workers
   * @return the number of parts including the task's own; below 2 for no split
   */
  int parts(ScanRest rest, int takers);

  /** Whether to ask the rule even if no worker is idle. */
  default boolean isEager() {
    return false;
  }
}
