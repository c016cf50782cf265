package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.util.List;
import java.util.UUID;

/**
 * What operations and the console do with a job store and applications do not: they run jobs, and
 * keep what they measure.
 */
public interface JobRuns {

  /**
   * The runs of a store.
   *
   * @throws InvalidSettingException if an application implements the store
   */
  static JobRuns of(JobStore store) {
    if (store instanceof JobRuns runs) {
      return runs;
    }
    throw new InvalidSettingException(
        "store",
        store.getClass().getName()
            + " is not a job store of Ringhaul; use JobStore.inMemory(), file(...) or over(...)");
  }

  /**
   * Begins a run of a job. Partitions that an earlier run started or that failed become pending;
   * completed partitions remain done.
   *
   * <p>A job has at most one open run. It can be taken over from a closed run and from a dead
   * process: on the same machine at once, from another machine when its last {@linkplain
   * JobRun#beat() sign of life} is older than 60 s by the clock of the store. A run that lost its
   * job by mistake can change nothing.
   *
   * @throws io.ringhaul.exceptions.JobException if the job does not exist, has an open run of this
   *     or another process, or is {@linkplain JobStatus#COMPLETED completed}
   */
  JobRun begin(UUID id);

  /**
   * The newest jobs, and older ones that have not ended, the newest first. A store may have
   * thousands of jobs with large plans, which take long to read.
   *
   * @param most how many of the newest
   */
  List<Job> latest(int most);

  /** The telemetry of the store's jobs. */
  JobTelemetry telemetry();
}
