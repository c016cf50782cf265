package io.ringhaul.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;

/**
 * A snapshot of a stored job.
 *
 * @param id its id
 * @param name its name for users, such as {@code export store.orders}
 * @param description a longer text; may be empty
 * @param labels the user's labels
 * @param kind its kind
 * @param status its status
 * @param created when it was stored
 * @param started when its first run began
 * @param runStarted when its current or last run began
 * @param completed when its last run ended, successful or not
 * @param runTime the time spent in its runs, without the time between them; the current run, and a
 *     run whose process died, count until the last report of the process
 * @param figures its progress
 * @param definition its definition
 * @param plan how it is done, in the form of the operation; empty before planning
 * @param run the number of runs so far; a run that lost the job to a later one can change nothing
 * @param owner the process of the current or last run
 * @param error why the last run failed
 */
public record Job(
    UUID id,
    String name,
    String description,
    Map<String, String> labels,
    JobKind kind,
    JobStatus status,
    Instant created,
    Optional<Instant> started,
    Optional<Instant> runStarted,
    Optional<Instant> completed,
    Duration runTime,
    JobFigures figures,
    JobDefinition definition,
    Optional<String> plan,
    int run,
    Optional<JobOwner> owner,
    Optional<String> error) {

  public Job {
    labels = Map.copyOf(labels);
  }

  /** Returns a new job that is not stored yet. */
  public static Job pending(
      UUID id,
      String name,
      String description,
      Map<String, String> labels,
      JobKind kind,
      JobDefinition definition) {
    return new Job(
        id,
        name,
        description,
        labels,
        kind,
        JobStatus.PENDING,
        Instant.now(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Duration.ZERO,
        JobFigures.NONE,
        definition,
        Optional.empty(),
        0,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Returns the mean rate of a completed job in rows per second, over the time of all its runs.
   * Each run of a count begins anew, so only its last run counts.
   *
   * @return empty if the job is not completed or took no time
   */
  public OptionalDouble rowsPerSecond() {
    double seconds = timeOfRows().toMillis() / 1e3;
    return status == JobStatus.COMPLETED && seconds > 0
        ? OptionalDouble.of(figures.rows() / seconds)
        : OptionalDouble.empty();
  }

  private Duration timeOfRows() {
    return kind == JobKind.COUNT && runStarted.isPresent() && completed.isPresent()
        ? Duration.between(runStarted.get(), completed.get())
        : runTime;
  }
}
