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

/** What jobs of commands have left. Each method tells how many files it has removed. */
final class JobLeftovers {

  private JobLeftovers() {}

  /** Removes what is of no use; what is done stays, so that the job can be resumed. */
  static int clean(JobStore jobs, Job job) {
    if (job.kind() == JobKind.IMPORT) {
      return cleanImport(jobs, job);
    }
    return job.plan().isEmpty() ? 0 : ExportLeftovers.clean(jobs, job.id(), target(job));
  }

  /** Removes what is not committed, and forgets the job. */
  static int giveUp(JobStore jobs, Job job) {
    if (job.kind() == JobKind.EXPORT && job.plan().isPresent()) {
      return ExportLeftovers.giveUp(jobs, job.id(), target(job));
    }
    int removed = job.kind() == JobKind.IMPORT ? cleanImport(jobs, job) : 0;
    jobs.delete(job.id());
    return removed;
  }

  private static int cleanImport(JobStore jobs, Job job) {
    List<String> command = job.definition().command();
    return ImportLeftovers.clean(
        jobs, job.id(), command.isEmpty() ? Optional.empty() : ImportCommand.rejectsOf(command));
  }

  private static ExportTarget target(Job job) {
    List<String> command = job.definition().command();
    if (command.isEmpty()) {
      throw new JobException(
          job.id(),
          "The job "
              + job.id()
              + " was made by application code, which alone knows its target: clean up after it"
              + " with ExportLeftovers",
          null);
    }
    return ExportCommand.targetOf(command);
  }
}
