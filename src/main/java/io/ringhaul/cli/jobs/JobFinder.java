package io.ringhaul.cli.jobs;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds jobs by id or by the start of their id. */
public final class JobFinder {

  private static final int LEAST_PREFIX = 4;
  private static final int SHORT_ID = 8;
  private static final Pattern PREFIX =
      Pattern.compile("[0-9a-f-]{" + LEAST_PREFIX + ",36}", Pattern.CASE_INSENSITIVE);
  private static final int MOST_NAMED = 5;

  private JobFinder() {}

  /**
   * Finds the job whose id starts with the given text.
   *
   * @param id an id, or at least its first four characters
   * @throws InvalidSettingException if no job or several jobs match
   */
  public static Job find(JobStore store, String id) {
    if (!PREFIX.matcher(id).matches()) {
      throw new InvalidSettingException(
          "ID",
          "'" + id + "' is neither a job id nor at least the first four characters of a job id");
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
          "ID",
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
        "ID", "This store has no job " + id + ": see 'ringhaul jobs list'");
  }
}
