package io.ringhaul.cli;

import io.ringhaul.ExportLeftovers;
import io.ringhaul.ImportLeftovers;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes remaining files of jobs of the command line. Each method returns the number of removed
 * files.
 */
final class JobLeftovers {

  private static final Logger LOG = LoggerFactory.getLogger(JobLeftovers.class);

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
    if (job.kind() == JobKind.EXPORT && job.plan().isPresent()) {
      return ExportLeftovers.giveUp(jobs, job.id(), target(job));
    }
    if (job.kind() == JobKind.EXPORT && mayHavePlanned(job)) {
      Optional<ExportTarget> target = targetOfUnplanned(job);
      if (target.isPresent()) {
        return ExportLeftovers.giveUp(jobs, job.id(), target.get());
      }
    }
    int removed = job.kind() != JobKind.EXPORT ? cleanImport(jobs, job) : 0;
    jobs.delete(job.id());
    return removed;
  }

  /**
   * Creates an export that was given up again, as it was before its first run, so that it can be
   * started even if the next start fails.
   */
  static void createAgain(JobStore jobs, Job job) {
    jobs.create(
        Job.pending(
            job.id(),
            job.name(),
            job.description(),
            job.labels(),
            job.kind(),
            JobDefinition.draft(job.definition().command())));
  }

  /** Whether a run of the command line may have begun to plan the export. */
  private static boolean mayHavePlanned(Job job) {
    return job.started().isPresent()
        && !job.definition().isDraft()
        && !job.definition().command().isEmpty();
  }

  /** Returns the target; empty if a part of the command is gone, such as a file with a secret. */
  private static Optional<ExportTarget> targetOfUnplanned(Job job) {
    try {
      return Optional.of(target(job));
    } catch (RuntimeException e) {
      Map<String, String> fingerprint = job.definition().fingerprint();
      // Targets without tables create nothing before they have a plan.
      if (fingerprint.containsKey("target table")) {
        LOG.warn(
            "Job {}, an export of {} (target table: {}), is given up, but a table without rows that"
                + " it may have created is left: {}",
            job.id(),
            fingerprint.getOrDefault("table", "an unknown table"),
            fingerprint.get("target table"),
            e.getMessage());
      }
      return Optional.empty();
    }
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
