package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import java.util.List;
import java.util.UUID;
import java.util.function.ToIntFunction;

/**
 * Runs an action as a run of a job that is not completed and that no process works on. Afterwards a
 * failed job is failed again, with its errors; any other job is stopped.
 */
public final class HeldJob {

  private HeldJob() {}

  /**
   * The stored job.
   *
   * @throws JobException if the store has no such job
   */
  public static Job find(JobStore store, UUID id) {
    return store
        .find(id)
        .orElseThrow(() -> new JobException(id, "The store has no job " + id, null));
  }

  /**
   * Runs an action while holding a job that has started and is not completed.
   *
   * @return the action's result
   * @throws JobException if another process works on the job
   */
  public static int whileHeld(JobStore store, Job job, ToIntFunction<JobRun> action) {
    List<JobPartition> before = store.partitions(job.id());
    try (JobRun run = JobRuns.of(store).begin(job.id())) {
      // The begin made the failed partitions pending; their errors are kept.
      before.stream()
          .filter(partition -> partition.status() == PartitionStatus.FAILED)
          .forEach(partition -> run.failed(partition.number(), partition.error().orElse("")));
      try {
        return action.applyAsInt(run);
      } finally {
        endAsBefore(run, job);
      }
    }
  }

  /** A failed job keeps its error. */
  private static void endAsBefore(JobRun run, Job job) {
    if (job.status() == JobStatus.FAILED) {
      run.failed(job.error().orElse(""));
    } else {
      run.stopped();
    }
  }
}
