package io.ringhaul.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The limits of a job. */
record ConstraintsView(String job, List<Constraint> constraints) {

  /**
   * A limit.
   *
   * @param value the configured text
   * @param usage the current usage; null if not measured
   * @param limit the limit as a number; null if it is not numeric
   * @param holding true if the limit holds the job back now
   */
  record Constraint(
      String name, String value, @Nullable Double usage, @Nullable Double limit, boolean holding) {}
}
