package io.ringhaul.internal.preflight;

import java.util.List;

/** One check before the first row of an operation. */
@FunctionalInterface
public interface Check {

  /**
   * Returns the problems found; empty if there are none. A check that cannot read what it needs
   * logs that at DEBUG and returns no problem.
   */
  List<PreflightProblem> problems();
}
