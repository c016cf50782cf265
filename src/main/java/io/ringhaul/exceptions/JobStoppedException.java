package io.ringhaul.exceptions;

import java.util.UUID;

/** A job was asked to stop and did: what was in flight is done, and it can be resumed. */
public final class JobStoppedException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final UUID jobId;

  /**
   * @param message which job was stopped, and how it goes on
   */
  public JobStoppedException(UUID jobId, String message) {
    super(message);
    this.jobId = jobId;
  }

  /** The job. */
  public UUID jobId() {
    return jobId;
  }
}
