package io.ringhaul.job;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Keeps jobs and how far they are. Thread-safe; several processes may share one.
 *
 * @see JobRun
 */
public interface JobStore extends AutoCloseable {

  /** One that keeps nothing beyond this process, for those who want no store. */
  static JobStore inMemory() {
    return new StoredJobs(new MemoryTransactions(), LocalProcess.current());
  }

  /**
   * One in a file, which is made if it is not there; an embedded SQLite database, which needs
   * {@code org.xerial:sqlite-jdbc} on the class path. What a call has stored survives a crash of
   * the process and of the machine. Several processes of one machine may have the file open; a
   * network file system will not do.
   *
   * @param file the database; SQLite keeps two files of the same name with {@code -wal} and {@code
   *     -shm} beside it while it is open
   * @throws io.ringhaul.exceptions.StorageException if the file cannot be made, opened or written,
   *     is damaged, is no job store, or was made by a newer Ringhaul; each call on the store may
   *     throw it as well, and has then stored nothing
   */
  static JobStore file(Path file) {
    return new StoredJobs(
        SqliteTransactions.open(file, SqliteTransactions.PATIENCE, new StoreSchema(Migration.ALL)),
        LocalProcess.current());
  }

  /**
   * One in a database of PostgreSQL or SQLite, for jobs of several machines. The tables {@code
   * batch_jobs}, {@code batch_partitions} and {@code batch_schema} are made in the schema that the
   * connections use if they are not there. Each call takes a connection of the source and closes
   * it; the source stays the caller's. What is stored is as durable as the database's commits are:
   * not at all with PostgreSQL's {@code synchronous_commit} off or SQLite's {@code synchronous}
   * off.
   *
   * @throws io.ringhaul.exceptions.StorageException if the database cannot be used, or if its
   *     tables were made by a newer Ringhaul; each call on the store may throw it as well
   */
  static JobStore over(DataSource source) {
    return new StoredJobs(
        DataSourceTransactions.open(source, new StoreSchema(Migration.ALL)),
        LocalProcess.current());
  }

  /** Whether what is stored survives this process. */
  boolean isDurable();

  /**
   * Stores a job that is not begun.
   *
   * @throws io.ringhaul.exceptions.JobException if there is one of that id
   */
  void create(Job job);

  /** The job of that id. */
  Optional<Job> find(UUID id);

  /** All jobs, the newest first. */
  List<Job> list();

  /** The partitions of a job, by their numbers; empty before it is planned. */
  List<JobPartition> partitions(UUID id);

  /**
   * Begins a run of a job, its first or another one. Partitions that an earlier run had begun are
   * pending again; those that are done stay so.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job, or if another process
   *     works on it
   */
  JobRun begin(UUID id);

  /**
   * Asks the process that works on a job to end what is in flight, to begin nothing more, and to
   * leave the job {@linkplain JobStatus#STOPPED stopped}. A job that nobody works on is stopped at
   * once; one that has ended stays as it is.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job
   */
  void requestStop(UUID id);

  /**
   * Makes a partition pending again, so that the next run does it once more, whatever it has done
   * before.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job or partition, or if the job
   *     is completed, or if a process works on it
   */
  void reset(UUID id, int partition);

  /**
   * Forgets what a job has done: it stands as if it had never begun.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job, or if a process works on
   *     it
   */
  void reset(UUID id);

  /**
   * Forgets a job.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job, or if a process works on
   *     it
   */
  void delete(UUID id);

  /** Releases what the store opened. */
  @Override
  void close();
}
