package io.ringhaul.job;

/** The status of a job partition. */
public enum PartitionStatus {

  /** Not started. */
  PENDING,

  /** Started; its results do not count yet. */
  RUNNING,

  /** Done and stored: a resumed job does not repeat it. */
  DONE,

  /** Failed in this run; a resumed job retries it. */
  FAILED
}
