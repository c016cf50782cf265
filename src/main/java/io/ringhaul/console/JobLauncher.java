package io.ringhaul.console;

import io.ringhaul.job.Job;
import java.util.List;

/**
 * Runs jobs for a console, which itself only reads and asks. Thread-safe. Which files a command may
 * read and write is for the launcher to decide: whoever has the console's token may send any
 * command, and others may read the job's error.
 *
 * <p>Each method throws {@link io.ringhaul.exceptions.JobException} with a sentence when the job
 * cannot be run so, and has then changed nothing.
 */
public interface JobLauncher {

  /**
   * Makes a job of a command without storing or running it.
   *
   * @param command the arguments of an export or import, such as {@code export ks.t --format csv
   *     --path /lake}
   * @return a pending job with an id, the operation's name, and its command in the form that {@link
   *     io.ringhaul.job.JobDefinition#command()} keeps
   * @throws io.ringhaul.exceptions.InvalidSettingException if the command is none, or has what a
   *     job does not keep, such as a password
   */
  Job make(List<String> command);

  /** Begins a job that is pending, or resumes one. Returns before it runs. */
  void start(Job job);

  /** Runs a job from nothing. Returns before it runs. */
  void restart(Job job);

  /** Fails as {@link #start} would, and does nothing else. */
  void requireStartable(Job job);

  /**
   * Takes back a start that has not led to a run yet. Called after the store was asked to stop the
   * job.
   *
   * @return whether there was such a start
   */
  boolean cancel(Job job);

  /** Removes what a job has written and not committed; called before the job is forgotten. */
  void discard(Job job);
}
