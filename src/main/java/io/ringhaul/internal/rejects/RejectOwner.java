package io.ringhaul.internal.rejects;

import java.util.OptionalInt;
import java.util.UUID;

/**
 * The job that rejects rows.
 *
 * @param job the id of the job; each line of the rejects file has it, so that jobs do not mix their
 *     files
 * @param fence fails if another process has taken over the job; called before each change of the
 *     file
 * @param partition the job partition of all rows; empty if it is the task that rejects a row
 */
public record RejectOwner(UUID job, Runnable fence, OptionalInt partition) {

  public RejectOwner(UUID job, Runnable fence) {
    this(job, fence, OptionalInt.empty());
  }
}
