package io.ringhaul.internal.rejects;

import java.util.UUID;

/**
 * The job that rejects rows.
 *
 * @param job its id; each rejected row carries it, so that no other job takes the file for its own
 * @param fence fails if the job is another process's by now; called before the file is touched
 */
public record RejectOwner(UUID job, Runnable fence) {

  /** How each line begins of a task of the job. */
  JsonLine start(int task) {
    return new JsonLine().put("job", job.toString()).put("partition", task);
  }
}
