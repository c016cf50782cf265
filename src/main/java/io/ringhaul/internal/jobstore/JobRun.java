package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.schema.TokenRange;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One run of a job: the exclusive right of one process to change the job. Thread-safe.
 *
 * <p>Each call is atomic, and stored when it returns. Each call throws a {@link
 * io.ringhaul.exceptions.JobException} if the run has ended, another run has taken over the job, or
 * the job was deleted, and a {@link io.ringhaul.exceptions.StorageException} if the store fails; it
 * has then changed nothing. If the answer of a database to a commit is lost, the call is repeated,
 * and the repetition is detected as such. The calls that end the run are not repeated: after a
 * StorageException from them, it may be unknown whether the end was stored.
 */
public interface JobRun extends AutoCloseable {

  /** The job at the start of this run: running, with the number of this run. */
  Job job();

  /** The current partitions, by number. */
  List<JobPartition> partitions();

  /**
   * The length of the file of rejected rows at the last checkpoint, in bytes; 0 before. It never
   * decreases.
   *
   * @see Checkpoint#rejectBytes()
   */
  long rejectBytes();

  /**
   * Stores the plan of the job and its partitions. All partitions that are not done are replaced by
   * these, which are pending. Atomic for any number of partitions.
   *
   * @param plan in the form of the operation
   * @param partitions without numbers of partitions that are done
   */
  void plan(String plan, List<JobPartition> partitions);

  /** Same as {@link #begun(int, OptionalInt, Optional)}, with no worker and no replica. */
  default void begun(int partition) {
    begun(partition, OptionalInt.empty(), Optional.empty());
  }

  /**
   * Records the start of an attempt of a partition that is not done.
   *
   * @param worker the number of the worker, from 0; empty if unknown
   * @param replica the address of the preferred node; empty if unknown
   */
  void begun(int partition, OptionalInt worker, Optional<String> replica);

  /**
   * Moves a part of the tokens of a running partition to new pending partitions. A repeated call
   * changes nothing.
   *
   * @param partition the number of the running partition
   * @param kept the token ranges that it keeps
   * @param rest partitions with unused numbers; together with {@code kept} they cover each token of
   *     the partition exactly once
   */
  void split(int partition, List<TokenRange> kept, List<JobPartition> rest);

  /**
   * Records that a partition is done; durable on return, if the store is. If this call fails, the
   * partition is not done. A repeated call with the same checkpoint changes nothing. A different
   * checkpoint for a completed partition, or one for a partition that has failed since, is an
   * error.
   */
  void done(Checkpoint checkpoint);

  /**
   * Records that other processes have run partitions that are not done: each is begun and done, all
   * in one step. A repeated call changes nothing.
   */
  void ran(List<Checkpoint> checkpoints);

  /**
   * Records that a partition failed in this run.
   *
   * @param error the reason; characters that databases do not accept are replaced
   */
  void failed(int partition, String error);

  /**
   * Renews the process's sign of life and reads whether the job must stop. Must be called about
   * every second: a process on another machine loses its job after 60 s without a call.
   *
   * @return whether the job must stop
   */
  boolean beat();

  /** Ends the run as completed. Fails while some partitions are not done. */
  void completed();

  /** Ends the run after a request to stop. Running partitions become pending. */
  void stopped();

  /** Ends the run with an error. Running partitions become pending. */
  void failed(String error);

  /**
   * Releases the job. A run that has not ended counts as interrupted: the job keeps its state, and
   * any process may begin it again.
   *
   * @throws io.ringhaul.exceptions.StorageException if the release cannot be stored; other
   *     processes can then begin the job only after this process ends, this store object at once
   */
  @Override
  void close();
}
