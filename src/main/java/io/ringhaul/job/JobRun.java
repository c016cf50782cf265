package io.ringhaul.job;

import java.util.List;

/**
 * One run of a job: the right of one process to change it. Every call fails with a {@link
 * io.ringhaul.exceptions.JobException} when another run has taken the job over. Thread-safe.
 */
public interface JobRun extends AutoCloseable {

  /** The job as it was when the run began. */
  Job job();

  /** The partitions as they are. */
  List<JobPartition> partitions();

  /**
   * The length that the file of rejected rows had at the last checkpoint, in bytes; 0 before.
   *
   * @see Checkpoint#rejectBytes()
   */
  long rejectBytes();

  /**
   * Stores how the job is done, and its partitions: all that are not done are replaced by these.
   *
   * @param plan in the form of the operation
   * @param partitions none has the number of one that is done
   */
  void plan(String plan, List<JobPartition> partitions);

  /** A partition is begun, once more or for the first time. */
  void begun(int partition);

  /** A partition is done; durable when this returns, if the store is. */
  void done(Checkpoint checkpoint);

  /** A partition is given up in this run. */
  void failed(int partition, String error);

  /**
   * Says that the process lives, and asks whether it is to stop. To be called every few seconds.
   *
   * @return whether the job is to stop
   */
  boolean beat();

  /** All is done. */
  void completed();

  /** The run ends since it was asked to. */
  void stopped();

  /** The run ends with an error. */
  void failed(String error);

  /** Gives the right back; a run that has not ended by then counts as cut off. */
  @Override
  void close();
}
