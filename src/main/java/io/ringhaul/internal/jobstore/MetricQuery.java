package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.InvalidSettingException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Selects metrics of a job.
 *
 * @param job the id of the job
 * @param kind the kind of metrics
 * @param component the component; empty for all
 * @param name the name; empty for all
 * @param since the earliest time, inclusive
 * @param until the latest time, exclusive
 * @param limit the maximum number of values, 1 or more; the newest are returned
 */
public record MetricQuery(
    UUID job,
    MetricKind kind,
    Optional<String> component,
    Optional<String> name,
    Instant since,
    Instant until,
    int limit) {

  /**
   * Checks the limit.
   *
   * @throws InvalidSettingException if the limit is less than 1
   */
  public MetricQuery {
    if (limit < 1) {
      throw new InvalidSettingException(
          "limit", "The limit of metrics must be at least 1, not " + limit);
    }
  }
}
