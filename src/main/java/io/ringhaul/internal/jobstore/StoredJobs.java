package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.jobstore.JobState.Claim;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.PartitionStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The rules of jobs in a database. */
public final class StoredJobs implements JobStore, JobRuns {

  /** A process of another machine that was silent for so long is taken to be dead. */
  static final Duration SILENCE = Duration.ofSeconds(60);

  private final StoreDatabase database;
  private final LocalProcess process;
  private final JobTelemetry telemetry;
  private final String name = UUID.randomUUID() + "/";
  private final AtomicLong begins = new AtomicLong();
  private final Set<String> openHolders = ConcurrentHashMap.newKeySet();

  /** Opens a store in memory. */
  public static StoredJobs inMemory() {
    requireLibraries("org.jdbi.v3.core.Jdbi", "org.sqlite.JDBC");
    return new StoredJobs(StoreDatabase.inMemory(), LocalProcess.current());
  }

  /** Opens a store in an SQLite file. */
  public static StoredJobs file(Path file) {
    requireLibraries("org.jdbi.v3.core.Jdbi", "org.sqlite.JDBC");
    return new StoredJobs(StoreDatabase.file(file), LocalProcess.current());
  }

  /**
   * Opens a store in a database of PostgreSQL or SQLite.
   *
   * @param onClose called once when the store is closed
   */
  public static StoredJobs over(DataSource source, Runnable onClose) {
    requireLibraries("org.jdbi.v3.core.Jdbi");
    return new StoredJobs(StoreDatabase.over(source, onClose), LocalProcess.current());
  }

  /** Checks for optional libraries here, since the other classes of stores do not load without. */
  private static void requireLibraries(String... classes) {
    for (String each : classes) {
      try {
        Class.forName(each);
      } catch (ClassNotFoundException e) {
        throw new StorageException(
            "job store",
            each.startsWith("org.sqlite")
                ? "A job store in a file or in memory needs org.xerial:sqlite-jdbc on the class"
                    + " path; add it, or pass a DataSource to JobStore.over"
                : "A job store needs org.jdbi:jdbi3-core on the class path; add it",
            e);
      }
    }
  }

  StoredJobs(StoreDatabase database, LocalProcess process) {
    this.database = database;
    this.process = process;
    this.telemetry = new StoredTelemetry(database);
  }

  @Override
  public boolean isDurable() {
    return database.isDurable();
  }

  @Override
  public Optional<Path> file() {
    return database.file();
  }

  @Override
  public void create(Job job) {
    database.write(
        handle -> {
          if (JobRows.job(handle, job.id()).isPresent()) {
            throw new JobException(
                job.id(),
                "There is a job "
                    + job.id()
                    + " in "
                    + database.location()
                    + " already; resume the job, or use another id",
                null);
          }
          JobRows.insert(handle, job);
          return true;
        });
  }

  @Override
  public void describe(UUID id, String called, String description, Map<String, String> labels) {
    database.writeRepeatably(
        handle -> {
          lock(handle, id);
          Job job = JobRows.job(handle, id).orElseThrow();
          JobRows.redefine(
              handle, job, called, description, BatchLabels.changed(job, labels), job.definition());
          return true;
        });
  }

  @Override
  public void define(UUID id, JobDefinition definition) {
    database.writeRepeatably(
        handle -> {
          JobState state = lockIdle(handle, id, "", database.now(handle));
          Job job = JobRows.job(handle, id).orElseThrow();
          if (state.status != JobStatus.PENDING
              && !job.definition().isDraft()
              && !job.definition().fingerprint().equals(definition.fingerprint())) {
            throw new JobException(id, "Job " + id + " has a definition already", null);
          }
          JobRows.redefine(handle, job, job.name(), job.description(), job.labels(), definition);
          return true;
        });
  }

  @Override
  public Optional<Job> find(UUID id) {
    return database.read(handle -> JobRows.job(handle, id));
  }

  @Override
  public List<Job> list() {
    return database.read(JobRows::jobs);
  }

  @Override
  public List<Job> latest(int most) {
    return database.read(handle -> JobRows.latest(handle, most));
  }

  @Override
  public List<JobPartition> partitions(UUID id) {
    return database.read(handle -> JobRows.partitions(handle, id));
  }

  @Override
  public JobRun begin(UUID id) {
    String holder = name + begins.incrementAndGet();
    // Before the claim is stored: who sees it there sees here that its run is open.
    openHolders.add(holder);
    try {
      return database.writeRepeatably(handle -> begin(handle, id, holder));
    } catch (RuntimeException | Error e) {
      openHolders.remove(holder);
      throw e;
    }
  }

  private JobRun begin(Handle handle, UUID id, String holder) {
    Instant now = database.now(handle);
    JobState state = lockIdle(handle, id, holder, now);
    if (state.status == JobStatus.COMPLETED) {
      throw new JobException(
          id, "Job " + id + " is completed; reset the job to run it again", null);
    }
    state.begin(Claim.of(process, holder, now));
    state.figures = Changes.withoutFailures(state.figures);
    JobRows.update(handle, id, state);
    JobRows.release(handle, id, PartitionStatus.RUNNING, PartitionStatus.FAILED);
    return new StoredRun(
        database, JobRows.job(handle, id).orElseThrow(), state, () -> openHolders.remove(holder));
  }

  @Override
  public void requestStop(UUID id) {
    database.writeRepeatably(
        handle -> {
          Instant now = database.now(handle);
          JobState state = lock(handle, id);
          if (isWorkedOn(state, "", now)) {
            state.status = JobStatus.STOPPING;
          } else if (isOpen(state.status)) {
            state.end(JobStatus.STOPPED, now, null);
            state.figures = Changes.withoutFailures(state.figures);
            JobRows.release(handle, id, PartitionStatus.RUNNING, PartitionStatus.FAILED);
          }
          JobRows.update(handle, id, state);
          return true;
        });
  }

  private static boolean isOpen(JobStatus status) {
    return switch (status) {
      case PENDING, RUNNING, STOPPING -> true;
      case STOPPED, FAILED, COMPLETED -> false;
    };
  }

  @Override
  public void reset(UUID id, int partition) {
    database.writeRepeatably(
        handle -> {
          JobState state = lockIdle(handle, id, "", database.now(handle));
          if (state.status == JobStatus.COMPLETED) {
            throw new JobException(
                id,
                "Job "
                    + id
                    + " is completed: the output of partition "
                    + partition
                    + " belongs to the result; reset the whole job to run it again",
                null);
          }
          JobPartition before = StoredRun.partition(handle, id, partition);
          JobPartition now = Changes.undone(before);
          JobRows.update(handle, id, now);
          state.figures = Changes.after(state.figures, before, now);
          state.release();
          JobRows.update(handle, id, state);
          return true;
        });
  }

  @Override
  public void reset(UUID id) {
    database.writeRepeatably(
        handle -> {
          JobState state = lockIdle(handle, id, "", database.now(handle));
          BatchLabels.requireNone(JobRows.job(handle, id).orElseThrow());
          JobState fresh = new JobState();
          fresh.run = state.run;
          JobRows.deletePartitions(handle, id);
          StoredTelemetry.reset(handle, id);
          JobRows.updatePlan(handle, id, Optional.empty());
          JobRows.update(handle, id, fresh);
          return true;
        });
  }

  @Override
  public void delete(UUID id) {
    database.write(
        handle -> {
          lockIdle(handle, id, "", database.now(handle));
          BatchLabels.requireNotLast(JobRows.job(handle, id).orElseThrow(), JobRows.jobs(handle));
          JobRows.deletePartitions(handle, id);
          StoredTelemetry.delete(handle, id);
          JobRows.delete(handle, id);
          return true;
        });
  }

  @Override
  public JobTelemetry telemetry() {
    return telemetry;
  }

  @Override
  public void close() {
    database.close();
  }

  private JobState lock(Handle handle, UUID id) {
    return JobRows.lock(handle, id)
        .orElseThrow(
            () ->
                new JobException(id, "There is no job " + id + " in " + database.location(), null));
  }

  /** The state of a job that no process runs. */
  private JobState lockIdle(Handle handle, UUID id, String holder, Instant now) {
    JobState state = lock(handle, id);
    if (isWorkedOn(state, holder, now)) {
      throw new JobException(id, refusal(id, state, now), null);
    }
    return state;
  }

  /**
   * Whether an open run has the job.
   *
   * @param holder what does not count, since it is the caller's own
   */
  private boolean isWorkedOn(JobState state, String holder, Instant now) {
    @Nullable Claim claim = state.claim;
    if (claim == null || claim.holder().isEmpty() || claim.holder().equals(holder)) {
      return false;
    }
    if (claim.holder().startsWith(name)) {
      return openHolders.contains(claim.holder());
    }
    return claim.machine().equals(process.machine())
        ? process.sees(claim.mark(), claim.owner().pid())
        : claim.owner().lastSeen().plus(SILENCE).isAfter(now);
  }

  private String refusal(UUID id, JobState state, Instant now) {
    JobOwner owner = Objects.requireNonNull(state.claim).owner();
    boolean own = state.claim.machine().equals(process.machine());
    return "Process "
        + owner.pid()
        + " on "
        + owner.host()
        + " runs job "
        + id
        + (own
            ? ""
            : ", last seen " + Duration.between(owner.lastSeen(), now).toSeconds() + " s ago")
        + "; stop the job and wait for the end of its run"
        + (own ? "" : ", or, if that process is dead, wait " + SILENCE.toSeconds() + " s");
  }
}
