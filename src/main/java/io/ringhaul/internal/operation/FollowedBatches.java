package io.ringhaul.internal.operation;

import static io.ringhaul.internal.jobstore.BatchLabels.FOLLOWING;
import static io.ringhaul.internal.jobstore.BatchLabels.FROM;
import static io.ringhaul.internal.jobstore.BatchLabels.NUMBER;
import static io.ringhaul.internal.jobstore.BatchLabels.SUBJECT;
import static io.ringhaul.internal.jobstore.BatchLabels.TO;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.internal.jobstore.BatchLabels;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** The micro-batches of a following, as its job store has them: a job each, told by its labels. */
public final class FollowedBatches {

  /** Those that are kept for people; what goes on from here needs the last one alone. */
  private static final int KEPT = 20;

  private final JobOptions options;
  private final UUID id;
  private final String subject;

  /**
   * @param subject from where to where rows go, for people; it stays the same as long as the
   *     following goes on
   */
  public FollowedBatches(JobOptions options, UUID id, String subject) {
    this.options = options;
    this.id = id;
    this.subject = subject;
  }

  /**
   * A micro-batch.
   *
   * @param number from 1
   * @param from the position before it
   * @param to the position behind it
   * @param isDone whether it is completed
   */
  record Batch(int number, String from, String to, boolean isDone) {

    /** The one before the first. */
    static final Batch NONE = new Batch(0, "", GrowingSource.BEGINNING, true);

    /** The one before it, which is done. */
    Batch before() {
      return new Batch(number - 1, "", from, true);
    }

    /** The one behind it. */
    Batch next(String position) {
      return new Batch(number + 1, to, position, false);
    }
  }

  /**
   * The last one that has begun to import; one that has not is forgotten, to be cut anew.
   *
   * @throws JobException if it is of a following of something else: a position there is none here
   */
  Batch last() {
    Optional<Job> last = stored().findFirst();
    last.ifPresent(this::requireSame);
    if (last.filter(BatchLabels::isWithoutPlan).isPresent()) {
      // What it was to have may have gone, or may have become more.
      options.store().delete(last.get().id());
      return batch(last.get()).before();
    }
    return last.map(FollowedBatches::batch).orElse(Batch.NONE);
  }

  private void requireSame(Job job) {
    String before = job.labels().getOrDefault(SUBJECT, subject);
    if (!before.equals(subject)) {
      throw new JobException(
          id,
          String.format(
              "The following %s is one of %s, and cannot go on with %s: give what is new an id of"
                  + " its own, or go on as it was begun",
              id, before, subject),
          null);
    }
  }

  private static Batch batch(Job job) {
    return new Batch(
        BatchLabels.number(job),
        job.labels().getOrDefault(FROM, ""),
        job.labels().getOrDefault(TO, ""),
        job.status() == JobStatus.COMPLETED);
  }

  /** Those in the store, the last one first. */
  private Stream<Job> stored() {
    return options.store().list().stream()
        .filter(job -> id.toString().equals(job.labels().get(FOLLOWING)))
        .sorted(Comparator.comparingInt(BatchLabels::number).reversed());
  }

  UUID jobId(Batch batch) {
    String name = id + "/" + batch.number();
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }

  JobOptions options(Batch batch) {
    return options
        .labelled(FOLLOWING, id.toString())
        .labelled(SUBJECT, subject)
        .labelled(NUMBER, Integer.toString(batch.number()))
        .labelled(FROM, batch.from())
        .labelled(TO, batch.to())
        .resuming();
  }

  /** Forgets those that nobody is likely to ask for. */
  void forgetOld() {
    List<UUID> old =
        stored()
            .skip(KEPT)
            .filter(job -> job.status() == JobStatus.COMPLETED)
            .map(Job::id)
            .toList();
    old.forEach(options.store()::delete);
  }
}
