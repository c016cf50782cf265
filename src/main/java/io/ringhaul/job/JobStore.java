package io.ringhaul.job;

import io.ringhaul.internal.disk.LocalPaths;
import io.ringhaul.internal.jobstore.StoredJobs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Stores jobs and their progress. Thread-safe; several processes may share a durable store. Each
 * call is atomic. Only the stores that these methods return can be used; applications do not
 * implement this interface.
 *
 * <p>Every store needs {@code org.jdbi:jdbi3-core} on the class path, and a store in a file or in
 * memory also {@code org.xerial:sqlite-jdbc}. Without them, opening a store throws {@link
 * io.ringhaul.exceptions.StorageException}. Both are optional dependencies: an application that
 * names no store needs neither.
 */
public interface JobStore extends AutoCloseable {

  /**
   * Returns a store in memory, which ends when it is closed or when this process ends. It is an
   * SQLite database outside of the heap.
   */
  static JobStore inMemory() {
    return StoredJobs.inMemory();
  }

  /**
   * Opens a store in a file, and creates the file if it does not exist. The file is an SQLite
   * database. Stored calls survive a crash of the process and of the machine. Several processes on
   * one machine may open the file; network file systems are not supported.
   *
   * @param file the database; while it is open, SQLite keeps two files of the same name with {@code
   *     -wal} and {@code -shm} beside it
   * @throws io.ringhaul.exceptions.StorageException if the file cannot be created, opened or
   *     written, is damaged, is not a job store, or has tables of another version; each call on the
   *     store may throw it as well, and has then stored nothing
   */
  static JobStore file(Path file) {
    return StoredJobs.file(LocalPaths.require("file", file));
  }

  /**
   * Opens a store in a database of PostgreSQL or SQLite, for jobs of several machines. Missing
   * tables are created in the default schema of the connections: {@code batch_jobs}, {@code
   * batch_partitions}, {@code batch_schema}, and for monitoring and tuning {@code job_metrics},
   * {@code job_bottlenecks}, {@code tuning_history}, {@code tuned_settings}, {@code job_requests}
   * and {@code job_profiles}. Each call takes a connection from the source and closes it; the
   * caller keeps ownership of the source. Durability is that of the database's commits: none with
   * PostgreSQL's {@code synchronous_commit} off or SQLite's {@code synchronous} off.
   *
   * @throws io.ringhaul.exceptions.StorageException if the database cannot be used, or its tables
   *     have another version; each call on the store may throw it as well
   */
  static JobStore over(DataSource source) {
    return StoredJobs.over(source, () -> {});
  }

  /** Whether stored jobs survive this process. */
  boolean isDurable();

  /** The absolute path of the store's file; empty for a store without its own file. */
  default Optional<Path> file() {
    return Optional.empty();
  }

  /**
   * Stores a new job as {@linkplain JobStatus#PENDING pending}. Status, figures and plan of the
   * value are ignored.
   *
   * @throws io.ringhaul.exceptions.JobException if a job of this id exists
   * @throws io.ringhaul.exceptions.InvalidSettingException if one of its texts contains NUL or an
   *     unpaired surrogate, which databases do not accept
   */
  void create(Job job);

  /**
   * Changes a job's name, description and labels, at any time. Labels whose names begin with {@code
   * ringhaul.} are reserved and do not change.
   *
   * @throws io.ringhaul.exceptions.JobException if the job does not exist
   * @throws io.ringhaul.exceptions.InvalidSettingException if one of the texts contains NUL or an
   *     unpaired surrogate, which databases do not accept
   */
  void describe(UUID id, String name, String description, Map<String, String> labels);

  /**
   * Sets the definition of a job that is a {@linkplain JobDefinition#isDraft() draft}, has not
   * started, or was reset; or the settings and the command of a job that has started, which keeps
   * its fingerprint.
   *
   * @throws io.ringhaul.exceptions.JobException if the job does not exist, if it is not a draft,
   *     has started and would get another fingerprint, or if it has an open run
   */
  void define(UUID id, JobDefinition definition);

  /** Returns the current state of a job, without reading its partitions. */
  Optional<Job> find(UUID id);

  /** Returns all jobs, newest first, without reading their partitions. */
  List<Job> list();

  /**
   * Returns the partitions of a job, by number; empty before planning or if the job does not exist.
   */
  List<JobPartition> partitions(UUID id);

  /**
   * Asks the process that runs a job to finish its requests in flight, to start no new work, and to
   * leave the job {@linkplain JobStatus#STOPPED stopped}. A pending job, and a job whose process is
   * dead, is stopped at once; a stopped, failed or completed job does not change. A stopped job can
   * be begun again.
   *
   * @throws io.ringhaul.exceptions.JobException if the job does not exist
   */
  void requestStop(UUID id);

  /**
   * Makes a partition pending, so that the next run repeats it. Its rows, rejected rows and outputs
   * are removed from the store; the caller deletes the outputs themselves. Its rows in the file of
   * rejected rows remain.
   *
   * @throws io.ringhaul.exceptions.JobException if the job or partition does not exist, if the job
   *     is completed, or if it has an open run
   */
  void reset(UUID id, int partition);

  /**
   * Resets a job to its state before the first run, without plan and partitions. Only the numbers
   * of runs continue, so that an old run is recognized.
   *
   * @throws io.ringhaul.exceptions.JobException if the job does not exist, or if it has an open run
   */
  void reset(UUID id);

  /**
   * Deletes a job.
   *
   * @throws io.ringhaul.exceptions.JobException if the job does not exist, if it has an open run,
   *     or if it is the last batch of a following, from which the next batch continues
   */
  void delete(UUID id);

  /** Releases the store's resources. Close its runs first. */
  @Override
  void close();
}
