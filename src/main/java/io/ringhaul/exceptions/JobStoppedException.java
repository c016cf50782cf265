package io.ringhaul.exceptions;

import java.util.UUID;

/** A job stopped on request. Its requests in flight have ended, and it can be resumed. */
public final class JobStoppedException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final UUID jobId;

  /**
   * @param message the stopped job, and how to resume it
   */
  public JobStoppedException(UUID jobId, String message) {
    super(message);
    this.jobId = jobId;
  }

  /** The id of the job. */
  public UUID jobId() {
    return jobId;
  }
}
