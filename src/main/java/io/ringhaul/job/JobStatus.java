package io.ringhaul.job;

/** The status of a job. */
public enum JobStatus {

  /** Stored and not started. */
  PENDING,

  /** Running, or interrupted by the end of its process. */
  RUNNING,

  /** Asked to stop: requests in flight end, and no new work starts. */
  STOPPING,

  /** Stopped on request; can be resumed. */
  STOPPED,

  /** Ended with an error; can be resumed. */
  FAILED,

  /** All partitions are done. */
  COMPLETED;

  /**
   * Returns true for a running job, also while it stops. Its process may have died since it stored
   * the status.
   */
  public boolean isWorking() {
    return this == RUNNING || this == STOPPING;
  }
}
