package io.ringhaul.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bounds that a job was given. */
record ConstraintsView(String job, List<Constraint> constraints) {

  /**
   * A bound.
   *
   * @param value as it was given
   * @param usage what it bounds, now; null where that is not measured
   * @param limit the bound as a number; null for one that is none
   * @param holding whether it holds the job back now
   */
  record Constraint(
      String name, String value, @Nullable Double usage, @Nullable Double limit, boolean holding) {}
}
