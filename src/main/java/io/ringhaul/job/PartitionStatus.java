package io.ringhaul.job;

/** Where a partition of a job stands. */
public enum PartitionStatus {

  /** Not begun. */
  PENDING,

  /** Begun; nothing of it counts yet. */
  RUNNING,

  /** Done, durably: a resumed job does not do it again. */
  DONE,

  /** Tried and given up in this run; a resumed job tries it again. */
  FAILED
}
