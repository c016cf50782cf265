package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The jobs of a store, and what can be done with them as they stand. */
final class KnownJobs {

  private final JobStore store;
  private final Optional<JobLauncher> launcher;

  KnownJobs(JobStore store, Optional<JobLauncher> launcher) {
    this.store = store;
    this.launcher = launcher;
  }

  JobStore store() {
    return store;
  }

  /**
   * The job of that id.
   *
   * @throws CallRefusal if there is none
   */
  Job find(UUID id) {
    return store.find(id).orElseThrow(() -> CallRefusal.missing("There is no job " + id));
  }

  /** What runs jobs, if anything does. */
  Optional<JobLauncher> launcher() {
    return launcher;
  }

  /**
   * What runs jobs.
   *
   * @throws CallRefusal if nothing does
   */
  JobLauncher requireLauncher() {
    return launcher.orElseThrow(
        () ->
            CallRefusal.conflict(
                "This console watches jobs and cannot run them: run the job where it was made"));
  }

  /** Refuses a job at which a process is. */
  static void requireIdle(Job job) {
    if (Liveness.isAlive(job, Instant.now())) {
      throw CallRefusal.conflict(
          "Job " + job.id() + " runs" + owner(job) + "; stop it first and wait for its end");
    }
  }

  /** Refuses a job at which no process is. */
  static void requireRunning(Job job, String wish) {
    if (!Liveness.isAlive(job, Instant.now())) {
      throw CallRefusal.conflict(
          "Job " + job.id() + " does not run (it is " + job.status() + "), and " + wish);
    }
  }

  private static String owner(Job job) {
    return job.owner()
        .map(owner -> " in process " + owner.pid() + " on " + owner.host())
        .orElse("");
  }
}
