package io.ringhaul;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.operation.HeldJob;
import io.ringhaul.internal.operation.ImportBlueprint;
import io.ringhaul.internal.rejects.RejectedRows;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Removes temporary files that import jobs left beside their rejects files. The rejects files stay.
 */
public final class ImportLeftovers {

  private ImportLeftovers() {}

  /**
   * Removes unused files.
   *
   * @param rejects the import's rejects file; empty if none was set
   * @return the number of files removed
   * @throws JobException if the store has no such import job, or if another process runs it
   */
  public static int clean(JobStore store, UUID id, Optional<Path> rejects) {
    Job job = HeldJob.find(store, id);
    if (job.kind() == JobKind.EXPORT) {
      throw new JobException(id, "Job " + id + " is an export", null);
    }
    Optional<Path> file = rejects.or(() -> ImportBlueprint.defaultRejects(id, store));
    // A pending job has left nothing, and taking it up here would count as its first run.
    if (file.isEmpty() || job.status() == JobStatus.PENDING) {
      return 0;
    }
    return job.status() == JobStatus.COMPLETED
        ? RejectedRows.cleanLeftovers(file.get())
        : HeldJob.whileHeld(store, job, run -> RejectedRows.cleanLeftovers(file.get()));
  }
}
