package io.ringhaul.job;

import io.ringhaul.internal.disk.LocalPaths;
import io.ringhaul.internal.jobstore.DataSourceTransactions;
import io.ringhaul.internal.jobstore.LocalProcess;
import io.ringhaul.internal.jobstore.MemoryTransactions;
import io.ringhaul.internal.jobstore.Migration;
import io.ringhaul.internal.jobstore.SqliteTransactions;
import io.ringhaul.internal.jobstore.StoreSchema;
import io.ringhaul.internal.jobstore.StoredJobs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Keeps jobs and how far they are. Thread-safe; several processes may share one that is durable.
 * Each call is a step that happens wholly or not at all.
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
        SqliteTransactions.open(
            LocalPaths.require("file", file),
            SqliteTransactions.PATIENCE,
            new StoreSchema(Migration.ALL)),
        LocalProcess.current());
  }

  /**
   * One in a database of PostgreSQL or SQLite, for jobs of several machines. Its tables are made in
   * the schema that the connections use if they are not there: {@code batch_jobs}, {@code
   * batch_partitions}, {@code batch_schema}, and for {@link #telemetry()} {@code
   * performance_metrics}, {@code resource_usage}, {@code job_bottlenecks}, {@code tuning_history},
   * {@code tuned_settings}, {@code job_requests} and {@code job_profiles}. Each call takes a
   * connection of the source and closes it; the source stays the caller's. What is stored is as
   * durable as the database's commits are: not at all with PostgreSQL's {@code synchronous_commit}
   * off or SQLite's {@code synchronous} off.
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
   * The file that it is in, as an absolute path; empty for one that is not in a file of its own.
   */
  default Optional<Path> file() {
    return Optional.empty();
  }

  /**
   * Stores a job that is not begun: {@linkplain JobStatus#PENDING pending}, whatever status,
   * figures and plan the value has.
   *
   * @throws io.ringhaul.exceptions.JobException if there is one of that id
   * @throws io.ringhaul.exceptions.InvalidSettingException if one of its texts holds what no
   *     database takes: NUL, or half of a pair of surrogates
   */
  void create(Job job);

  /**
   * Changes what people call a job, at any time. Labels whose names begin with {@code ringhaul.}
   * are not people's and stay as they are.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job
   * @throws io.ringhaul.exceptions.InvalidSettingException if one of the texts holds what no
   *     database takes: NUL, or half of a pair of surrogates
   */
  void describe(UUID id, String name, String description, Map<String, String> labels);

  /**
   * Gives a job that is a {@linkplain JobDefinition#isDraft() draft}, or that has not begun or was
   * reset, its definition.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job, if it is no draft and has
   *     begun, or if an open run has it
   */
  void define(UUID id, JobDefinition definition);

  /** The job of that id, as it is now. Its partitions are not read. */
  Optional<Job> find(UUID id);

  /** All jobs, the newest first. Their partitions are not read. */
  List<Job> list();

  /** The partitions of a job, by their numbers; empty before it is planned, or without a job. */
  List<JobPartition> partitions(UUID id);

  /**
   * Begins a run of a job, its first or another one. Partitions that an earlier run had begun or
   * given up are pending again; those that are done stay so.
   *
   * <p>A job is one run's at a time. It is taken from a run that was closed, and from a process
   * that is dead: on the same machine at once, on another one when it was not {@linkplain
   * JobRun#beat() seen} for 60 s by the clock of the store. A run that lost its job by mistake can
   * change nothing any more.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job, if an open run has it, of
   *     another process or of this one, or if it is {@linkplain JobStatus#COMPLETED completed}
   */
  JobRun begin(UUID id);

  /**
   * Asks the process that works on a job to end what is in flight, to begin nothing more, and to
   * leave the job {@linkplain JobStatus#STOPPED stopped}. A job that is pending, or whose process
   * is dead, is stopped at once; one that was stopped, failed or is completed stays as it is. A
   * stopped job can be begun again.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job
   */
  void requestStop(UUID id);

  /**
   * Makes a partition pending again, so that the next run does it once more, whatever it has done
   * before. What it did is forgotten: its rows, its rejected rows and its outputs, which the caller
   * removes. What it has in the file of rejected rows stays there.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job or partition, if the job is
   *     completed, or if an open run has it
   */
  void reset(UUID id, int partition);

  /**
   * Forgets what a job has done: it stands as if it had never begun, without plan and partitions.
   * Only the numbers of its runs go on, so that an old run is known as one.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job, or if an open run has it
   */
  void reset(UUID id);

  /**
   * Forgets a job.
   *
   * @throws io.ringhaul.exceptions.JobException if there is no such job, if an open run has it, or
   *     if it is the last batch of a following, which goes on from there
   */
  void delete(UUID id);

  /** What the store keeps of how its jobs run. */
  JobTelemetry telemetry();

  /** Releases what the store opened. To be called when its runs are closed. */
  @Override
  void close();
}
