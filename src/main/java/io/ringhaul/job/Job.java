package io.ringhaul.job;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A job as its store has it: a snapshot.
 *
 * @param id names it
 * @param name for people, such as {@code export store.orders}
 * @param description more words; may be empty
 * @param labels the user's own
 * @param kind what it does
 * @param status where it stands
 * @param created when it was stored
 * @param started when it was begun for the first time
 * @param completed when its last run ended, in whatever way
 * @param figures how far it is
 * @param definition what it is to do
 * @param plan how it does it, in the form of the operation; empty before it is planned
 * @param run how often it was begun; a run that another one has taken over from can change nothing
 * @param owner the process that runs it or ran it last
 * @param error why its last run failed
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
    Optional<Instant> completed,
    JobFigures figures,
    JobDefinition definition,
    Optional<String> plan,
    int run,
    Optional<JobOwner> owner,
    Optional<String> error) {

  public Job {
    labels = Map.copyOf(labels);
  }

  /** Returns this job with another name, description and labels. */
  public Job called(String newName, String newDescription, Map<String, String> newLabels) {
    return defined(newName, newDescription, newLabels, definition);
  }

  /** Returns this job with another definition. */
  public Job doing(JobDefinition newDefinition) {
    return defined(name, description, labels, newDefinition);
  }

  private Job defined(
      String newName,
      String newDescription,
      Map<String, String> newLabels,
      JobDefinition newDefinition) {
    return new Job(
        id,
        newName,
        newDescription,
        newLabels,
        kind,
        status,
        created,
        started,
        completed,
        figures,
        newDefinition,
        plan,
        run,
        owner,
        error);
  }

  /** A job that is to be stored. */
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
        JobFigures.NONE,
        definition,
        Optional.empty(),
        0,
        Optional.empty(),
        Optional.empty());
  }
}
