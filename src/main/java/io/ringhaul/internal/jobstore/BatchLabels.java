package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The labels of the micro-batches of a following. The labels of the last batch say where the
 * following continues. Therefore users cannot change them, and the last batch cannot be deleted.
 */
public final class BatchLabels {

  /** The id of the following. */
  public static final String FOLLOWING = "ringhaul.follow";

  /** Names the jobs of the batches together with their numbers. */
  public static final String SERIES = "ringhaul.series";

  /** From where to where it goes. */
  public static final String SUBJECT = "ringhaul.subject";

  /** Which of its batches this is, from 1. */
  public static final String NUMBER = "ringhaul.batch";

  /** The position before it. */
  public static final String FROM = "ringhaul.from";

  /** The position behind it. */
  public static final String TO = "ringhaul.to";

  private static final String OWN = "ringhaul.";

  private BatchLabels() {}

  /** Which of the batches a job is; 0 if it is none. */
  public static int number(Job job) {
    return Integer.parseInt(job.labels().getOrDefault(NUMBER, "0"));
  }

  /** Labels without those that are not people's. */
  public static Map<String, String> ofPeople(Map<String, String> labels) {
    Map<String, String> own = new HashMap<>(labels);
    own.keySet().removeIf(label -> label.startsWith(OWN));
    return own;
  }

  /** What people want as a job's labels, with those of the job that are not people's. */
  static Map<String, String> changed(Job job, Map<String, String> wanted) {
    Map<String, String> labels = new HashMap<>(job.labels());
    labels.keySet().removeIf(label -> !label.startsWith(OWN));
    labels.putAll(ofPeople(wanted));
    return labels;
  }

  /** Makes sure that nothing is imported again that the next batch goes on from. */
  static void requireNone(Job job) {
    String following = job.labels().get(FOLLOWING);
    if (following != null && isImport(job)) {
      throw new JobException(
          job.id(),
          String.format(
              "Job %s is a batch of the following %s; its rows are not imported again"
                  + " automatically. Continue the following, or follow under a new id to import the"
                  + " whole source",
              job.id(), following),
          null);
    }
  }

  /** Exports continue from what their target has, and need no earlier batch. */
  private static boolean isImport(Job job) {
    return job.kind() == JobKind.IMPORT;
  }

  /** Whether a job is a batch that has imported nothing, so that it may be cut anew. */
  public static boolean isWithoutPlan(Job job) {
    return job.plan().isEmpty() && job.status() != JobStatus.COMPLETED;
  }

  /**
   * Makes sure that no following loses its place with a job.
   *
   * @param all the jobs of the store
   */
  static void requireNotLast(Job job, List<Job> all) {
    String following = job.labels().get(FOLLOWING);
    if (following == null || !isImport(job) || isWithoutPlan(job)) {
      return;
    }
    UUID id = job.id();
    boolean isLast =
        all.stream()
            .filter(each -> following.equals(each.labels().get(FOLLOWING)))
            .noneMatch(each -> number(each) > number(job));
    if (isLast) {
      throw new JobException(
          id,
          String.format(
              "Job %s is the last batch of the following %s, which continues from it: without it,"
                  + " the whole source would be imported again. The job stays in the store",
              id, following),
          null);
    }
  }
}
