package io.ringhaul.cli;

import io.ringhaul.ExportLeftovers;
import io.ringhaul.ImportLeftovers;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.util.List;
import java.util.Optional;

/**
 * Removes remaining files of jobs of the command line. Each method returns the number of removed
 * files.
 */
final class JobLeftovers {

  private JobLeftovers() {}

  /** Removes temporary files; completed tasks stay, so that the job can be resumed. */
  static int clean(JobStore jobs, Job job) {
    if (job.kind() != JobKind.EXPORT) {
      return cleanImport(jobs, job);
    }
    return job.plan().isEmpty() ? 0 : ExportLeftovers.clean(jobs, job.id(), target(job));
  }

  /** Removes all uncommitted files and deletes the job from the store. */
  static int giveUp(JobStore jobs, Job job) {
    if (job.kind() == JobKind.EXPORT && (job.plan().isPresent() || mayHavePlanned(job))) {
      return ExportLeftovers.giveUp(jobs, job.id(), target(job));
    }
    int removed = job.kind() != JobKind.EXPORT ? cleanImport(jobs, job) : 0;
    jobs.delete(job.id());
    return removed;
  }

  /** Whether a run of the command line may have begun to plan the export. */
  private static boolean mayHavePlanned(Job job) {
    return job.started().isPresent()
        && !job.definition().isDraft()
        && !job.definition().command().isEmpty();
  }

  private static int cleanImport(JobStore jobs, Job job) {
    List<String> command = job.definition().command();
    return ImportLeftovers.clean(
        jobs,
        job.id(),
        command.isEmpty() ? Optional.empty() : Main.operation(command).rejectsFile());
  }

  private static ExportTarget target(Job job) {
    List<String> command = job.definition().command();
    if (command.isEmpty()) {
      throw new JobException(
          job.id(),
          "Job "
              + job.id()
              + " was created by application code, which defines its target: clean up with the Java"
              + " API ExportLeftovers",
          null);
    }
    return ExportCommand.targetOf(command);
  }
}
