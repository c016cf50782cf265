package io.ringhaul.console;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.NotFoundResponse;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobStore;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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

  /**
   * Options for the next runs of a job, in place of those of its command.
   *
   * @param options arguments such as {@code --max-disk=20g}; null for no change
   */
  record Changes(@Nullable List<String> options) {

    static final Changes NONE = new Changes(null);
  }

  /** Stores changed options of a job, and returns the job with them. */
  Job change(Job job, Changes changes) {
    if (changes.options() == null || changes.options().isEmpty()) {
      return job;
    }
    if (changes.options().stream().anyMatch(Objects::isNull)) {
      throw new BadRequestResponse("'options' contains a null; every entry must be a string");
    }
    List<String> command = requireLauncher().command(job, changes.options());
    JobDefinition before = job.definition();
    store.define(job.id(), new JobDefinition(before.fingerprint(), before.settings(), command));
    return find(job.id());
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
