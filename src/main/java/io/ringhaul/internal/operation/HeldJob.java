package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobRun;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import java.util.List;
import java.util.UUID;
import java.util.function.ToIntFunction;

/** A job that is held so that nobody works on it meanwhile, and left as it was found. */
public final class HeldJob {

  private HeldJob() {}

  /**
   * The job as the store has it.
   *
   * @throws JobException if it has no such job
   */
  public static Job find(JobStore store, UUID id) {
    return store
        .find(id)
        .orElseThrow(() -> new JobException(id, "The store has no job " + id, null));
  }

  /**
   * Does something about a job that is not completed.
   *
   * @return what the action gives
   * @throws JobException if another process works on the job
   */
  public static int whileHeld(JobStore store, Job job, ToIntFunction<JobRun> action) {
    List<JobPartition> before = store.partitions(job.id());
    try (JobRun run = store.begin(job.id())) {
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

  /** Who looks at a failed job afterwards is to see why it failed. */
  private static void endAsBefore(JobRun run, Job job) {
    if (job.status() == JobStatus.FAILED) {
      run.failed(job.error().orElse(""));
    } else {
      run.stopped();
    }
  }
}
