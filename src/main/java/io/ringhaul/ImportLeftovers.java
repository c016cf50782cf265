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
 * Removes temporary files that the jobs of imports have left beside their rejects. The rejects
 * themselves always stay.
 */
public final class ImportLeftovers {

  private ImportLeftovers() {}

  /**
   * Removes what is of no use to anybody.
   *
   * @param rejects the file of rejects that the import was given; empty if it was given none
   * @return how many files were removed
   * @throws JobException if the store has no such job of an import, or if another process works on
   *     it
   */
  public static int clean(JobStore store, UUID id, Optional<Path> rejects) {
    Job job = HeldJob.find(store, id);
    if (job.kind() != JobKind.IMPORT) {
      throw new JobException(id, "Job " + id + " is no import", null);
    }
    Optional<Path> file = rejects.or(() -> ImportBlueprint.defaultRejects(id, store));
    // What was not begun has left nothing, and holding it would count as its first run.
    if (file.isEmpty() || job.status() == JobStatus.PENDING) {
      return 0;
    }
    return job.status() == JobStatus.COMPLETED
        ? RejectedRows.cleanLeftovers(file.get())
        : HeldJob.whileHeld(store, job, run -> RejectedRows.cleanLeftovers(file.get()));
  }
}
