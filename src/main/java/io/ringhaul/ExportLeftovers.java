package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.operation.ExportCheckpoints;
import io.ringhaul.internal.operation.HeldJob;
import io.ringhaul.internal.operation.StoredExport;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes files that export jobs left at their targets: temporary files, files of failed attempts,
 * and outputs of jobs that are given up. Committed files are never removed.
 */
public final class ExportLeftovers {

  private static final Logger LOG = LoggerFactory.getLogger(ExportLeftovers.class);

  /** The part of a job's fingerprint with the exported table, as CQL. */
  private static final String TABLE = "table";

  private ExportLeftovers() {}

  /**
   * Removes unused files. Outputs of finished tasks stay, so that the job can be resumed.
   *
   * @param target the target of the job's export
   * @return the number of files removed
   * @throws JobException if the store has no such export job, if another process runs it, or if its
   *     target is another one
   */
  public static int clean(JobStore store, UUID id, ExportTarget target) {
    Job job = find(store, id, target);
    if (job.status() == JobStatus.COMPLETED) {
      return cleanCompleted(store, job, target);
    }
    // A pending job has written nothing, and holding it would count as its first run.
    return job.status() == JobStatus.PENDING
        ? 0
        : HeldJob.whileHeld(
            store,
            job,
            run -> clean(job, target, ExportCheckpoints.outputs(job, run.partitions())));
  }

  /**
   * Gives a job up: removes all files that it wrote and did not commit, and forgets the job. A job
   * that was not planned yet is forgotten even if its target cannot be reached; a warning in the
   * log then says that a table without rows may be left.
   *
   * @param target the target of the job's export
   * @return the number of files removed
   * @throws JobException if the store has no such export job, if another process runs it, or if its
   *     target is another one
   */
  public static int giveUp(JobStore store, UUID id, ExportTarget target) {
    Job job = find(store, id, target);
    int removed;
    if (job.status() == JobStatus.COMPLETED) {
      removed = cleanCompleted(store, job, target);
    } else {
      try (JobRun run = JobRuns.of(store).begin(id)) {
        removed = abandon(job, target);
        run.stopped();
      }
    }
    store.delete(id);
    return removed;
  }

  private static Job find(JobStore store, UUID id, ExportTarget target) {
    Job job = HeldJob.find(store, id);
    if (job.kind() != JobKind.EXPORT) {
      throw new JobException(
          id, "Job " + id + " is not an export and leaves no files at a target", null);
    }
    Map<String, String> fingerprint = job.definition().fingerprint();
    target
        .identity()
        .forEach(
            (part, value) -> {
              if (!value.equals(fingerprint.get(part))) {
                throw new JobException(
                    id,
                    String.format(
                        "Job %s has another target: its %s is \"%s\", not \"%s\"",
                        id, part, fingerprint.get(part), value),
                    null);
              }
            });
    return job;
  }

  private static int cleanCompleted(JobStore store, Job job, ExportTarget target) {
    if (job.plan().isEmpty()) {
      return 0;
    }
    TargetPlan plan = StoredExport.parse(job.plan().get()).target();
    try (TargetSession session = target.open()) {
      return session.cleanCommitted(
          plan, ExportCheckpoints.outputs(job, store.partitions(job.id())));
    }
  }

  private static int clean(Job job, ExportTarget target, List<TaskOutput> kept) {
    if (job.plan().isEmpty()) {
      return 0;
    }
    TargetPlan plan = StoredExport.parse(job.plan().get()).target();
    try (TargetSession session = target.open()) {
      return session.clean(plan, kept);
    }
  }

  private static int abandon(Job job, ExportTarget target) {
    if (job.plan().isEmpty()) {
      abandonUnplanned(job, target);
      return 0;
    }
    TargetPlan plan = StoredExport.parse(job.plan().get()).target();
    try (TargetSession session = target.open()) {
      return session.abandon(plan);
    }
  }

  private static void abandonUnplanned(Job job, ExportTarget target) {
    String table = job.definition().fingerprint().get(TABLE);
    if (table == null || job.started().isEmpty()) {
      return;
    }
    // Names of keyspaces and tables contain no dots.
    int dot = table.indexOf('.');
    try (TargetSession session = target.open()) {
      session.abandonUnplanned(
          job.id(),
          CqlIdentifier.fromCql(table.substring(0, dot)).asInternal(),
          CqlIdentifier.fromCql(table.substring(dot + 1)).asInternal());
    } catch (RuntimeException e) {
      // The job wrote no rows, so a target that is out of reach must not keep it in the store.
      LOG.warn(
          "Job {}, an export of {}, is given up, but a table without rows that it may have created"
              + " is left: {}",
          job.id(),
          table,
          e.getMessage());
    }
  }
}
