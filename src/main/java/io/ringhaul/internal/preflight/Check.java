package io.ringhaul.internal.preflight;

import java.util.List;

/** Looks at one thing that an operation needs. */
@FunctionalInterface
public interface Check {

  /**
   * What is amiss; empty if nothing is. A check that cannot see says so in the log at the level
   * DEBUG and finds nothing: what it looks at may be as it should.
   */
  List<PreflightProblem> problems();
}
