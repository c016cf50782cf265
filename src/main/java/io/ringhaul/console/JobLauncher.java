package io.ringhaul.console;

import io.ringhaul.job.Job;
import java.util.List;

/**
 * Runs jobs for a console, which itself only reads the store and stores requests. Thread-safe. The
 * launcher decides which files a command may read and write: every client with the console's token
 * can send any command, and other clients can read the job's error.
 *
 * <p>Each method throws {@link io.ringhaul.exceptions.JobException} with a message for the client
 * when the job cannot be run this way; nothing is changed then.
 */
public interface JobLauncher {

  /**
   * Creates a job from a command without storing or running it.
   *
   * @param command the arguments of an export or import, such as {@code export ks.t --format csv
   *     --path /lake}
   * @return a pending job with an id, the operation's name, and its command in the form of {@link
   *     io.ringhaul.job.JobDefinition#command()}
   * @throws io.ringhaul.exceptions.InvalidSettingException if the command is invalid, or contains a
   *     setting that a job does not keep, such as a password
   */
  Job make(List<String> command);

  /**
   * Returns the command of a job with some of its options replaced, without storing it.
   *
   * @param options arguments such as {@code --max-disk=20g}; each replaces the options of the same
   *     name
   * @throws io.ringhaul.exceptions.InvalidSettingException if the new command is invalid, contains
   *     a setting that a job does not keep, or the job has begun and another run must not change an
   *     option
   */
  List<String> command(Job job, List<String> options);

  /** Starts a pending job or resumes a job. Returns before the job runs. */
  void start(Job job);

  /** Restarts a job from the beginning. Returns before the job runs. */
  void restart(Job job);

  /** Fails as {@link #start} would and does nothing else. */
  void requireStartable(Job job);

  /**
   * Cancels a start that has not led to a run yet. Called after the store was asked to stop the
   * job.
   *
   * @return true if there was such a start
   */
  boolean cancel(Job job);

  /** Deletes the uncommitted output of a job. Called before the job is deleted. */
  void discard(Job job);
}
