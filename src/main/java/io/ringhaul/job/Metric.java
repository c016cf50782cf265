package io.ringhaul.job;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A value that was measured of a job, as its store keeps it.
 *
 * @param time when; kept in milliseconds
 * @param component what it belongs to, such as {@code job}, {@code stage:encode}, {@code
 *     node:10.0.0.1:9042}, {@code heap}
 * @param name what it is, such as {@code rows_per_second}
 * @param value a finite number
 * @param partition the partition that it is of; empty for the whole job
 * @param context what else there is to know of it, for people
 */
public record Metric(
    Instant time,
    String component,
    String name,
    double value,
    OptionalInt partition,
    Optional<String> context) {

  /** One of the whole job. */
  public static Metric of(Instant time, String component, String name, double value) {
    return new Metric(time, component, name, value, OptionalInt.empty(), Optional.empty());
  }
}
