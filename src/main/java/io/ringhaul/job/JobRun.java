package io.ringhaul.job;

import io.ringhaul.schema.TokenRange;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One run of a job: the right of one process to change it. Thread-safe.
 *
 * <p>Each call is a step that happens wholly or not at all, and is stored when it returns. Every
 * call fails with a {@link io.ringhaul.exceptions.JobException} when the run has ended, when
 * another run has taken the job over, or when the job was deleted, and with a {@link
 * io.ringhaul.exceptions.StorageException} when the store cannot be used; then it has changed
 * nothing. (Where the answer of a database to a commit is lost, the step is done once more, which
 * is told from the first time.)
 */
public interface JobRun extends AutoCloseable {

  /** The job as it was when the run had begun: running, with the number of this run. */
  Job job();

  /** The partitions as they are now, by their numbers. */
  List<JobPartition> partitions();

  /**
   * The length that the file of rejected rows had at the last checkpoint, in bytes; 0 before. It
   * never falls.
   *
   * @see Checkpoint#rejectBytes()
   */
  long rejectBytes();

  /**
   * Stores how the job is done, and its partitions: all that are not done are replaced by these,
   * which are pending. In one step, however many there are.
   *
   * @param plan in the form of the operation
   * @param partitions none has the number of one that is done
   */
  void plan(String plan, List<JobPartition> partitions);

  /** As {@link #begun(int, OptionalInt, Optional)}, by nobody in particular. */
  default void begun(int partition) {
    begun(partition, OptionalInt.empty(), Optional.empty());
  }

  /**
   * A partition that is not done is begun, once more or for the first time.
   *
   * @param worker who works on it, from 0, if that is known
   * @param replica the address of the node that is to be asked first, if that is known
   */
  void begun(int partition, OptionalInt worker, Optional<String> replica);

  /**
   * A partition that was begun hands a part of its tokens over to new partitions, which are
   * pending. The same once more changes nothing.
   *
   * @param partition the partition, which is begun and not done
   * @param kept what it still reads
   * @param rest of numbers that no partition has; together with {@code kept} they read each token
   *     that the partition read before, once
   */
  void split(int partition, List<TokenRange> kept, List<JobPartition> rest);

  /**
   * A partition that was begun is done; durable when this returns, if the store is. If this fails,
   * the partition is not done. The same checkpoint once more changes nothing; another one for a
   * partition that is done is refused, as is one for a partition that was given up since.
   */
  void done(Checkpoint checkpoint);

  /**
   * A partition that is not done is given up in this run.
   *
   * @param error why; characters that no database takes are replaced
   */
  void failed(int partition, String error);

  /**
   * Says that the process lives, and asks whether it is to stop. To be called every second or so: a
   * process of another machine that is silent for 60 s loses its job.
   *
   * @return whether the job is to stop
   */
  boolean beat();

  /** All is done, and the run ends. Refused while there are partitions that are not done. */
  void completed();

  /** The run ends since it was asked to; what it had begun is pending again. */
  void stopped();

  /** The run ends with an error; what it had begun is pending again. */
  void failed(String error);

  /**
   * Gives the right back. A run that has not ended by then counts as cut off: the job stays as it
   * is, and anybody may begin it again.
   *
   * @throws io.ringhaul.exceptions.StorageException if that cannot be stored; others can begin the
   *     job only when this process is dead, and this store object at once
   */
  @Override
  void close();
}
