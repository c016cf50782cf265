package io.ringhaul.internal.rejects;

import java.util.UUID;

/**
 * The job that rejects rows.
 *
 * @param job the id of the job; each line of the rejects file has it, so that jobs do not mix their
 *     files
 * @param fence fails if another process has taken over the job; called before each change of the
 *     file
 */
public record RejectOwner(UUID job, Runnable fence) {}
