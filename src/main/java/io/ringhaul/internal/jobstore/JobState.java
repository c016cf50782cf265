package io.ringhaul.internal.jobstore;

import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The part of a job that changes while it runs. Used within one transaction. */
final class JobState {

  JobStatus status = JobStatus.PENDING;
  @Nullable Instant started;
  @Nullable Instant runStarted;
  @Nullable Instant completed;
  Duration runTime = Duration.ZERO;
  JobFigures figures = JobFigures.NONE;
  int run;
  @Nullable Claim claim;
  long rejectBytes;
  @Nullable String error;

  /** Ends the claim, so that any process may begin the job. */
  void release() {
    if (claim != null) {
      claim = new Claim(claim.owner, claim.machine, claim.mark, "");
    }
  }

  /** Begins a run of the job. */
  void begin(Claim newClaim) {
    Instant now = newClaim.owner.lastSeen();
    run++;
    status = JobStatus.RUNNING;
    started = started == null ? now : started;
    runStarted = now;
    completed = null;
    error = null;
    claim = newClaim;
  }

  /** Records a report of the process that runs the job. */
  void seen(Instant now) {
    Claim current = Objects.requireNonNull(claim);
    Duration more = Duration.between(current.owner.lastSeen(), now);
    // The clock of the store may have been set back.
    runTime = more.isNegative() ? runTime : runTime.plus(more);
    claim = current.seen(now);
  }

  /** Ends the run of the job. */
  void end(JobStatus newStatus, Instant now, @Nullable String newError) {
    status = newStatus;
    completed = now;
    error = newError;
    release();
  }

  /**
   * The right of one run to change a job.
   *
   * @param owner the process, for messages
   * @param machine see {@link LocalProcess#machine()}
   * @param mark see {@link LocalProcess#mark()}
   * @param holder the store object that obtained the claim; empty after its release
   */
  record Claim(JobOwner owner, String machine, String mark, String holder) {

    static Claim of(LocalProcess process, String holder, Instant now) {
      return new Claim(
          new JobOwner(process.host(), process.pid(), process.start(), now),
          process.machine(),
          process.mark(),
          holder);
    }

    Claim seen(Instant now) {
      JobOwner seen = new JobOwner(owner.host(), owner.pid(), owner.processStart(), now);
      return new Claim(seen, machine, mark, holder);
    }
  }
}
