package io.ringhaul.console;

import io.javalin.http.ConflictResponse;
import io.javalin.http.NotFoundResponse;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The jobs of a store, with checks of their state. */
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
   * Returns a job.
   *
   * @throws NotFoundResponse if the job does not exist
   */
  Job find(UUID id) {
    return store.find(id).orElseThrow(() -> new NotFoundResponse("There is no job " + id));
  }

  /** Returns the launcher; empty if the console cannot run jobs. */
  Optional<JobLauncher> launcher() {
    return launcher;
  }

  /**
   * Returns the launcher.
   *
   * @throws ConflictResponse if the console cannot run jobs
   */
  JobLauncher requireLauncher() {
    return launcher.orElseThrow(
        () ->
            new ConflictResponse(
                "This console cannot run jobs: run the job with the program that created it"));
  }

  /** Refuses the call if a process runs the job. */
  static void requireIdle(Job job) {
    if (Liveness.isAlive(job, Instant.now())) {
      throw new ConflictResponse(
          "Job " + job.id() + " is running" + owner(job) + "; stop it first and wait for its end");
    }
  }

  /** Refuses the call if no process runs the job. */
  static void requireRunning(Job job, String wish) {
    if (!Liveness.isAlive(job, Instant.now())) {
      throw new ConflictResponse(
          "Job " + job.id() + " is not running (it is " + job.status() + "); " + wish);
    }
  }

  private static String owner(Job job) {
    return job.owner()
        .map(owner -> " in process " + owner.pid() + " on " + owner.host())
        .orElse("");
  }
}
