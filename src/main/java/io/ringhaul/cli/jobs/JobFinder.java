package io.ringhaul.cli.jobs;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds jobs by name, by id or by the start of their id. */
public final class JobFinder {

  private static final int LEAST_PREFIX = 4;
  private static final int SHORT_ID = 8;
  private static final Pattern PREFIX =
      Pattern.compile("[0-9a-f-]{" + LEAST_PREFIX + ",36}", Pattern.CASE_INSENSITIVE);
  private static final int MOST_NAMED = 5;

  private JobFinder() {}

  /**
   * Finds the newest job with the given name, else the job whose id starts with the given text.
   *
   * @param text a name, an id, or at least the first four characters of an id
   * @throws InvalidSettingException if no job or several ids match
   */
  public static Job find(JobStore store, String text) {
    return named(store, text).findFirst().orElseGet(() -> withId(store, text));
  }

  /** Finds the newest job with the given name, unless that job is completed. */
  public static Optional<Job> unfinished(JobStore store, String name) {
    return named(store, name).findFirst().filter(newest -> newest.status() != JobStatus.COMPLETED);
  }

  private static Stream<Job> named(JobStore store, String name) {
    return store.list().stream().filter(job -> job.name().equals(name));
  }

  private static Job withId(JobStore store, String id) {
    if (!PREFIX.matcher(id).matches()) {
      throw new InvalidSettingException(
          "JOB",
          "This store has no job named '"
              + id
              + "', and it is not an id or at least the first four characters of one: see 'ringhaul"
              + " jobs list'");
    }
    String prefix = id.toLowerCase(Locale.ROOT);
    if (prefix.length() == 36) {
      return exact(prefix).flatMap(store::find).orElseThrow(() -> unknown(id));
    }
    List<Job> found =
        store.list().stream().filter(job -> job.id().toString().startsWith(prefix)).toList();
    if (found.isEmpty()) {
      throw unknown(id);
    }
    if (found.size() > 1) {
      throw new InvalidSettingException(
          "JOB",
          String.format(
              "The ids of %d jobs start with %s; give more characters: %s",
              found.size(),
              id,
              found.stream()
                  .limit(MOST_NAMED)
                  .map(job -> job.id().toString())
                  .collect(Collectors.joining(", "))));
    }
    return found.get(0);
  }

  /** The number of characters, at least eight, that distinguish the ids of these jobs. */
  public static int shortest(Collection<Job> jobs) {
    int length = SHORT_ID;
    while (length < 36) {
      int ofLength = length;
      long distinct =
          jobs.stream().map(job -> job.id().toString().substring(0, ofLength)).distinct().count();
      if (distinct == jobs.size()) {
        return length;
      }
      length++;
    }
    return length;
  }

  private static Optional<UUID> exact(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static InvalidSettingException unknown(String id) {
    return new InvalidSettingException(
        "JOB", "This store has no job " + id + ": see 'ringhaul jobs list'");
  }
}
