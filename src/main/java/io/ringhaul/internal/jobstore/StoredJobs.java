package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.JobTelemetry;
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
import org.jspecify.annotations.Nullable;

/** The rules of jobs, independent of their storage. */
public final class StoredJobs implements JobStore, JobRuns {

  /** A process of another machine that was silent for so long is taken to be dead. */
  static final Duration SILENCE = Duration.ofSeconds(60);

  private final Transactions transactions;
  private final LocalProcess process;
  private final JobTelemetry telemetry;
  private final String name = UUID.randomUUID() + "/";
  private final AtomicLong begins = new AtomicLong();
  private final Set<String> openHolders = ConcurrentHashMap.newKeySet();

  public StoredJobs(Transactions transactions, LocalProcess process) {
    this.transactions = transactions;
    this.process = process;
    this.telemetry = new StoredTelemetry(transactions);
  }

  @Override
  public boolean isDurable() {
    return transactions.isDurable();
  }

  @Override
  public Optional<Path> file() {
    return transactions.file();
  }

  @Override
  public void create(Job job) {
    transactions.write(
        records -> {
          if (records.job(job.id()).isPresent()) {
            throw new JobException(
                job.id(),
                "There is a job "
                    + job.id()
                    + " in "
                    + transactions.location()
                    + " already; resume the job, or use another id",
                null);
          }
          records.insert(job);
          return true;
        });
  }

  @Override
  public void describe(UUID id, String called, String description, Map<String, String> labels) {
    transactions.writeRepeatably(
        records -> {
          lock(records, id);
          Job job = records.job(id).orElseThrow();
          records.redefine(
              Changes.described(job, called, description, BatchLabels.changed(job, labels)));
          return true;
        });
  }

  @Override
  public void define(UUID id, JobDefinition definition) {
    transactions.writeRepeatably(
        records -> {
          JobState state = lockIdle(records, id, "", records.now());
          Job job = records.job(id).orElseThrow();
          if (state.status != JobStatus.PENDING
              && !job.definition().isDraft()
              && !job.definition().equals(definition)) {
            throw new JobException(id, "Job " + id + " has a definition already", null);
          }
          records.redefine(Changes.defined(job, definition));
          return true;
        });
  }

  @Override
  public Optional<Job> find(UUID id) {
    return transactions.read(records -> records.job(id));
  }

  @Override
  public List<Job> list() {
    return transactions.read(JobRecords::jobs);
  }

  @Override
  public List<JobPartition> partitions(UUID id) {
    return transactions.read(records -> records.partitions(id));
  }

  @Override
  public JobRun begin(UUID id) {
    String holder = name + begins.incrementAndGet();
    // Before the claim is stored: who sees it there sees here that its run is open.
    openHolders.add(holder);
    try {
      return transactions.writeRepeatably(records -> begin(records, id, holder));
    } catch (RuntimeException | Error e) {
      openHolders.remove(holder);
      throw e;
    }
  }

  private JobRun begin(JobRecords records, UUID id, String holder) {
    Instant now = records.now();
    JobState state = lockIdle(records, id, holder, now);
    if (state.status == JobStatus.COMPLETED) {
      throw new JobException(
          id, "Job " + id + " is completed; reset the job to run it again", null);
    }
    state.run++;
    state.status = JobStatus.RUNNING;
    state.started = state.started == null ? now : state.started;
    state.completed = null;
    state.error = null;
    state.figures = Changes.withoutFailures(state.figures);
    state.claim = Claim.of(process, holder, now);
    records.update(id, state);
    records.releasePartitions(id);
    return new StoredRun(
        transactions, records.job(id).orElseThrow(), state, () -> openHolders.remove(holder));
  }

  @Override
  public void requestStop(UUID id) {
    transactions.writeRepeatably(
        records -> {
          Instant now = records.now();
          JobState state = lock(records, id);
          if (isWorkedOn(state, "", now)) {
            state.status = JobStatus.STOPPING;
          } else if (isOpen(state.status)) {
            state.end(JobStatus.STOPPED, now, null);
            state.figures = Changes.withoutFailures(state.figures);
            records.releasePartitions(id);
          }
          records.update(id, state);
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
    transactions.writeRepeatably(
        records -> {
          JobState state = lockIdle(records, id, "", records.now());
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
          JobPartition before = StoredRun.partition(records, id, partition);
          JobPartition now = Changes.undone(before);
          records.update(id, now);
          state.figures = Changes.after(state.figures, before, now);
          state.release();
          records.update(id, state);
          return true;
        });
  }

  @Override
  public void reset(UUID id) {
    transactions.writeRepeatably(
        records -> {
          JobState state = lockIdle(records, id, "", records.now());
          BatchLabels.requireNone(records.job(id).orElseThrow());
          JobState fresh = new JobState();
          fresh.run = state.run;
          records.deletePartitions(id);
          records.telemetry().reset(id);
          records.updatePlan(id, Optional.empty());
          records.update(id, fresh);
          return true;
        });
  }

  @Override
  public void delete(UUID id) {
    transactions.write(
        records -> {
          lockIdle(records, id, "", records.now());
          BatchLabels.requireNotLast(records.job(id).orElseThrow(), records.jobs());
          records.delete(id);
          return true;
        });
  }

  @Override
  public JobTelemetry telemetry() {
    return telemetry;
  }

  @Override
  public void close() {
    transactions.close();
  }

  private JobState lock(JobRecords records, UUID id) {
    return records
        .lock(id)
        .orElseThrow(
            () ->
                new JobException(
                    id, "There is no job " + id + " in " + transactions.location(), null));
  }

  /** The state of a job that no process runs. */
  private JobState lockIdle(JobRecords records, UUID id, String holder, Instant now) {
    JobState state = lock(records, id);
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
    if (claim == null || !claim.isHeld() || claim.holder().equals(holder)) {
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
