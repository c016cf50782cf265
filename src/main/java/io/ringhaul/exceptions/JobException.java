package io.ringhaul.exceptions;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job cannot be begun, resumed or changed as asked: it is unknown, it is another process's, or it
 * differs from what was stored. Or it cannot go on, since its table was dropped and made again, or
 * truncated, while it ran.
 */
public final class JobException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final UUID jobId;

  /**
   * @param message what is wrong with which job, and what to do
   */
  public JobException(UUID jobId, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.jobId = jobId;
  }

  /** The job. */
  public UUID jobId() {
    return jobId;
  }
}
