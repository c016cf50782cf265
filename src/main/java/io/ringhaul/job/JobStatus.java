package io.ringhaul.job;

/** Where a job stands. */
public enum JobStatus {

  /** Stored, and not begun. */
  PENDING,

  /** A process works on it, or did so when it was killed. */
  RUNNING,

  /** It is to end what is in flight and begin nothing more. */
  STOPPING,

  /** It was stopped and can be resumed. */
  STOPPED,

  /** It ended with an error and can be resumed. */
  FAILED,

  /** All of it is done. */
  COMPLETED
}
