package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The part of a job that changes while it runs. Used within one transaction. */
final class JobState {

  JobStatus status = JobStatus.PENDING;
  @Nullable Instant started;
  @Nullable Instant completed;
  JobFigures figures = JobFigures.NONE;
  int run;
  @Nullable Claim claim;
  long rejectBytes;
  @Nullable String error;

  JobState copy() {
    JobState copy = new JobState();
    copy.status = status;
    copy.started = started;
    copy.completed = completed;
    copy.figures = figures;
    copy.run = run;
    copy.claim = claim;
    copy.rejectBytes = rejectBytes;
    copy.error = error;
    return copy;
  }

  /** Nobody has the right to change the job any more. */
  void release() {
    if (claim != null) {
      claim = claim.givenBack();
    }
  }

  /** Whether a process has said since then that it works on the job. */
  boolean isWorkedOnSince(Instant since) {
    return (status == JobStatus.RUNNING || status == JobStatus.STOPPING)
        && claim != null
        && !claim.owner().lastSeen().isBefore(since);
  }

  /** The job's run is over. */
  void end(JobStatus newStatus, Instant now, @Nullable String newError) {
    status = newStatus;
    completed = now;
    error = newError;
    release();
  }

  /** The job with these parts that never change, and its plan. */
  Job of(
      UUID id,
      String name,
      String description,
      Map<String, String> labels,
      JobKind kind,
      Instant created,
      JobDefinition definition,
      Optional<String> plan) {
    return new Job(
        id,
        name,
        description,
        labels,
        kind,
        status,
        created,
        Optional.ofNullable(started),
        Optional.ofNullable(completed),
        figures,
        definition,
        plan,
        run,
        Optional.ofNullable(claim).map(Claim::owner),
        Optional.ofNullable(error));
  }
}
