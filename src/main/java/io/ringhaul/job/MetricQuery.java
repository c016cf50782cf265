package io.ringhaul.job;

import io.ringhaul.exceptions.InvalidSettingException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Which metrics of a job are asked for.
 *
 * @param job the job
 * @param kind which history
 * @param component only those of it; empty for all
 * @param name only those of that name; empty for all
 * @param since the first moment
 * @param until the first moment that is too late
 * @param limit the most values, the newest are kept; 1 or more
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
   * Checks the values.
   *
   * @throws InvalidSettingException if the limit is less than 1
   */
  public MetricQuery {
    if (limit < 1) {
      throw new InvalidSettingException("limit", "A limit of metrics is 1 or more, not " + limit);
    }
  }
}
