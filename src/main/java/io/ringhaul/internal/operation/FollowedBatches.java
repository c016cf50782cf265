package io.ringhaul.internal.operation;

import static io.ringhaul.internal.jobstore.BatchLabels.FOLLOWING;
import static io.ringhaul.internal.jobstore.BatchLabels.FROM;
import static io.ringhaul.internal.jobstore.BatchLabels.NUMBER;
import static io.ringhaul.internal.jobstore.BatchLabels.SERIES;
import static io.ringhaul.internal.jobstore.BatchLabels.SUBJECT;
import static io.ringhaul.internal.jobstore.BatchLabels.TO;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.internal.jobstore.BatchLabels;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The micro-batches of a follow. Each micro-batch is a job in the job store; labels identify it. A
 * follow without a job store begins at the beginning of its source.
 */
public final class FollowedBatches {

  /** The number of finished batches kept for inspection. To continue, only the last is needed. */
  private static final int KEPT = 20;

  private final Optional<JobOptions> options;
  private final UUID id;
  private final String subject;
  private UUID series;

  /**
   * @param options empty for a follow without a job store
   * @param series names the jobs of the batches together with their numbers, unless the store has a
   *     batch of the follow, whose series continues; random if a target may have commits of batches
   *     that the store does not have: it refuses or takes for committed a batch with the same job
   *     id
   * @param subject a description of the source and the table; constant during the follow
   */
  public FollowedBatches(Optional<JobOptions> options, UUID id, UUID series, String subject) {
    this.options = options;
    this.id = id;
    this.series = series;
    this.subject = subject;
  }

  /**
   * A micro-batch.
   *
   * @param number from 1
   * @param from the source position where the batch starts
   * @param to the source position where the batch ends
   */
  record Batch(int number, String from, String to, boolean isDone) {

    /** Precedes the first batch. */
    static final Batch NONE = new Batch(0, "", GrowingSource.BEGINNING, true);

    /** The previous batch, which is finished. */
    Batch before() {
      return new Batch(number - 1, "", from, true);
    }

    /** The next batch, which ends at this position. */
    Batch next(String position) {
      return new Batch(number + 1, to, position, false);
    }
  }

  /**
   * The last batch that has a plan. A batch without a plan is deleted from the store, because its
   * range is determined again.
   *
   * @throws JobException if the stored follow has another subject: its positions do not apply here
   */
  Batch last() {
    Optional<Job> last = stored().findFirst();
    last.ifPresent(this::requireSame);
    if (last.filter(job -> BatchLabels.isWithoutPlan(job) || !isContinued(job)).isPresent()) {
      // The source may have lost or gained data in the range of this batch. Its series is not
      // continued: a target refuses to plan a batch of a store that is older than its commits.
      options.orElseThrow().store().delete(last.get().id());
      return batch(last.get()).before();
    }
    // Another process with the same store then has the same jobs, and one process runs each.
    last.map(job -> job.labels().get(SERIES)).ifPresent(stored -> series = UUID.fromString(stored));
    return last.map(FollowedBatches::batch).orElse(Batch.NONE);
  }

  /** Whether the follow continues from a job: a failed export needs a durable store for that. */
  private boolean isContinued(Job job) {
    return job.status() == JobStatus.COMPLETED
        || job.kind() != JobKind.EXPORT
        || options.orElseThrow().store().isDurable();
  }

  private void requireSame(Job job) {
    String before = job.labels().getOrDefault(SUBJECT, subject);
    if (!before.equals(subject)) {
      throw new JobException(
          id,
          String.format(
              "Follow %s belongs to %s and cannot continue with %s: use another id for the"
                  + " new follow, or continue with the original source and table",
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

  /** The batches in the store, the last one first. */
  private Stream<Job> stored() {
    return options.map(its -> its.store().list()).orElse(List.of()).stream()
        .filter(job -> id.toString().equals(job.labels().get(FOLLOWING)))
        .sorted(Comparator.comparingInt(BatchLabels::number).reversed());
  }

  UUID jobId(Batch batch) {
    String name = series + "/" + batch.number();
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }

  Optional<JobOptions> options(Batch batch) {
    return options.map(
        its ->
            its.labelled(FOLLOWING, id.toString())
                .labelled(SERIES, series.toString())
                .labelled(SUBJECT, subject)
                .labelled(NUMBER, Integer.toString(batch.number()))
                .labelled(FROM, batch.from())
                .labelled(TO, batch.to())
                .resuming());
  }

  /** Deletes finished batches beyond the newest {@value #KEPT} from the store. */
  void forgetOld() {
    List<UUID> old =
        stored()
            .skip(KEPT)
            .filter(job -> job.status() == JobStatus.COMPLETED)
            .map(Job::id)
            .toList();
    options.ifPresent(its -> old.forEach(its.store()::delete));
  }
}
