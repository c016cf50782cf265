package io.ringhaul.internal.jobstore;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A stored measurement of a job.
 *
 * @param time when it was measured; stored in milliseconds
 * @param component what was measured, such as {@code job}, {@code stage:encode}, {@code
 *     node:10.0.0.1:9042}, {@code heap}
 * @param name the name of the figure, such as {@code rows_per_second}
 * @param value a finite number
 * @param partition the job partition; empty for the whole job
 * @param context further information as text
 */
public record Metric(
    Instant time,
    String component,
    String name,
    double value,
    OptionalInt partition,
    Optional<String> context) {

  /** Returns a metric of the whole job. */
  public static Metric of(Instant time, String component, String name, double value) {
    return new Metric(time, component, name, value, OptionalInt.empty(), Optional.empty());
  }
}
