package io.ringhaul.exceptions;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job cannot be started, resumed or changed: the job is unknown, another process owns it, or it
 * differs from the stored job. Or a running job cannot continue because its table was recreated or
 * truncated.
 */
public final class JobException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final UUID jobId;

  /**
   * @param message the problem, the job, and what to do
   */
  public JobException(UUID jobId, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.jobId = jobId;
  }

  /** The id of the job. */
  public UUID jobId() {
    return jobId;
  }
}
