package io.ringhaul.internal.operation;

import io.ringhaul.internal.scan.ScanRest;

/** When a task that runs is divided, and into how many parts. */
@FunctionalInterface
public interface SplitRule {

  /** A part takes at least so long by itself, or its file and its checkpoint are not worth it. */
  double LEAST_SECONDS = 1;

  /** A part has at least so many pages. */
  double LEAST_PAGES = 4;

  /** As many parts as there is somebody to read them, none of them small. */
  SplitRule ADAPTIVE =
      (rest, takers) ->
          (int)
              Math.min(
                  takers + 1.0,
                  Math.min(rest.seconds() / LEAST_SECONDS, rest.pages() / LEAST_PAGES));

  /** Tasks stay as they were planned. */
  SplitRule NEVER = (rest, takers) -> 1;

  /**
   * Into how many parts what is left of a task is divided.
   *
   * @param rest what is left
   * @param takers how many workers have nothing to do
   * @return how many, the task's own among them; below 2 to leave it whole
   */
  int parts(ScanRest rest, int takers);

  /** Whether the rule is to be asked although all workers have something to do. */
  default boolean isEager() {
    return false;
  }
}
