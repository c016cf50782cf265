package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.internal.jobstore.JobState.Claim;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.LastAttempt;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The rules of runs of a job in a database. */
final class StoredRun implements JobRun {

  private final StoreDatabase database;
  private final Job job;
  private final UUID id;
  private final Claim claim;
  private final Runnable onClose;
  private final AtomicLong rejectBytes;

  /**
   * @param state what has just been stored for this run
   * @param onClose called when nothing is done by this run any more, perhaps more than once
   */
  StoredRun(StoreDatabase database, Job job, JobState state, Runnable onClose) {
    this.database = database;
    this.job = job;
    this.id = job.id();
    this.claim = Objects.requireNonNull(state.claim);
    this.rejectBytes = new AtomicLong(state.rejectBytes);
    this.onClose = onClose;
  }

  @Override
  public Job job() {
    return job;
  }

  @Override
  public List<JobPartition> partitions() {
    return database.write(
        handle -> {
          JobFigures figures = lockOwn(handle).figures;
          List<JobPartition> partitions = JobRows.partitions(handle, id);
          if (partitions.size() != figures.partitions()) {
            throw new DamagedRecord(
                "it has "
                    + partitions.size()
                    + " partitions of job "
                    + id
                    + " instead of "
                    + figures.partitions());
          }
          return partitions;
        });
  }

  @Override
  public long rejectBytes() {
    return rejectBytes.get();
  }

  @Override
  public void plan(String plan, List<JobPartition> partitions) {
    database.writeRepeatably(
        handle -> {
          JobState state = lockOwn(handle);
          Set<Integer> numbers = new HashSet<>(JobRows.doneNumbers(handle, id));
          int done = numbers.size();
          for (JobPartition each : partitions) {
            if (each.number() < 0 || !numbers.add(each.number())) {
              throw new JobException(
                  id,
                  "Partition number " + each.number() + " of job " + id + " is taken or negative",
                  null);
            }
          }
          JobRows.deleteOpenPartitions(handle, id);
          JobRows.insert(handle, id, partitions.stream().map(Changes::undone).toList());
          JobRows.updatePlan(handle, id, Optional.of(plan));
          JobFigures figures = state.figures;
          state.figures =
              new JobFigures(numbers.size(), done, 0, figures.rows(), figures.rejectedRows());
          JobRows.update(handle, id, state);
          return true;
        });
  }

  @Override
  public void begun(int partition, OptionalInt worker, Optional<String> replica) {
    LastAttempt lastAttempt = Changes.attempt(worker, replica);
    move(partition, (state, before) -> Changes.begunAgain(open(before), lastAttempt));
  }

  @Override
  public void split(int partition, List<TokenRange> kept, List<JobPartition> rest) {
    List<JobPartition> added = rest.stream().map(Changes::undone).toList();
    database.writeRepeatably(
        handle -> {
          JobState state = lockOwn(handle);
          JobPartition before = partition(handle, id, partition);
          if (isSplit(handle, before, kept, added)) {
            // The answer to the first time was lost.
            return true;
          }
          requireSplit(handle, before, kept, added);
          JobRows.updateUnit(handle, id, Changes.keeping(before, kept));
          JobRows.insert(handle, id, added);
          state.figures = Changes.withMore(state.figures, added.size());
          JobRows.update(handle, id, state);
          return true;
        });
  }

  /** Whether the store has the parts of a partition already. */
  private boolean isSplit(
      Handle handle, JobPartition before, List<TokenRange> kept, List<JobPartition> rest) {
    return before.tokens().equals(kept)
        && rest.stream()
            .allMatch(
                each ->
                    JobRows.partition(handle, id, each.number())
                        .map(JobPartition::tokens)
                        .equals(Optional.of(each.tokens())));
  }

  /**
   * Checks that no token of a partition is lost or in two parts, and that the numbers are unused.
   */
  private void requireSplit(
      Handle handle, JobPartition before, List<TokenRange> kept, List<JobPartition> rest) {
    if (before.status() != PartitionStatus.RUNNING) {
      throw refusal(before, "it is " + before.status());
    }
    Set<Integer> numbers = new HashSet<>();
    List<TokenRange> after = new ArrayList<>(kept);
    for (JobPartition each : rest) {
      if (each.number() < 0
          || !numbers.add(each.number())
          || JobRows.partition(handle, id, each.number()).isPresent()) {
        throw refusal(before, "number " + each.number() + " is taken or negative");
      }
      after.addAll(each.tokens());
    }
    TokenRangeSet tokens = TokenRangeSet.of(after);
    BigInteger width =
        after.stream()
            .map(each -> TokenRangeSet.of(each).width())
            .reduce(BigInteger.ZERO, BigInteger::add);
    if (!tokens.equals(TokenRangeSet.of(before.tokens())) || !tokens.width().equals(width)) {
      throw refusal(before, "the parts do not cover each of its tokens exactly once");
    }
  }

  private JobException refusal(JobPartition partition, String why) {
    return new JobException(
        id, "Partition " + partition.number() + " of job " + id + " cannot be split: " + why, null);
  }

  @Override
  public void done(Checkpoint checkpoint) {
    move(
        checkpoint.number(),
        (state, before) -> {
          JobPartition now = Changes.doneWith(before, checkpoint);
          if (before.equals(now)) {
            // The answer to the first time was lost.
            return before;
          }
          if (open(before).status() != PartitionStatus.RUNNING) {
            throw new JobException(
                id,
                "Partition "
                    + before.number()
                    + " of job "
                    + id
                    + " has not started and cannot be done",
                null);
          }
          state.rejectBytes = Math.max(state.rejectBytes, checkpoint.rejectBytes());
          return now;
        });
    rejectBytes.accumulateAndGet(checkpoint.rejectBytes(), Math::max);
  }

  @Override
  public void ran(List<Checkpoint> checkpoints) {
    LastAttempt attempt = Changes.attempt(OptionalInt.empty(), Optional.empty());
    database.writeRepeatably(
        handle -> {
          JobState state = lockOwn(handle);
          for (Checkpoint checkpoint : checkpoints) {
            JobPartition before = partition(handle, id, checkpoint.number());
            if (before.equals(Changes.doneWith(before, checkpoint))) {
              // The answer to the first time was lost.
              continue;
            }
            JobPartition now =
                Changes.doneWith(Changes.begunAgain(open(before), attempt), checkpoint);
            JobRows.update(handle, id, now);
            state.figures = Changes.after(state.figures, before, now);
            state.rejectBytes = Math.max(state.rejectBytes, checkpoint.rejectBytes());
          }
          JobRows.update(handle, id, state);
          return true;
        });
    checkpoints.forEach(
        checkpoint -> rejectBytes.accumulateAndGet(checkpoint.rejectBytes(), Math::max));
  }

  @Override
  public void failed(int partition, String error) {
    move(partition, (state, before) -> Changes.failedWith(open(before), error));
  }

  private void move(int partition, BiFunction<JobState, JobPartition, JobPartition> change) {
    database.writeRepeatably(
        handle -> {
          JobState state = lockOwn(handle);
          JobPartition before = partition(handle, id, partition);
          JobPartition now = change.apply(state, before);
          JobRows.update(handle, id, now);
          state.figures = Changes.after(state.figures, before, now);
          JobRows.update(handle, id, state);
          return true;
        });
  }

  private JobPartition open(JobPartition partition) {
    if (partition.status() == PartitionStatus.DONE) {
      throw new JobException(
          id, "Partition " + partition.number() + " of job " + id + " is already done", null);
    }
    return partition;
  }

  @Override
  public boolean beat() {
    return database.writeRepeatably(
        handle -> {
          JobState state = lockOwn(handle);
          state.seen(database.now(handle));
          JobRows.update(handle, id, state);
          return state.status == JobStatus.STOPPING;
        });
  }

  @Override
  public void completed() {
    end(
        JobStatus.COMPLETED,
        null,
        (handle, state) -> {
          int open = state.figures.partitions() - state.figures.done();
          if (open > 0) {
            throw new JobException(
                id, "Job " + id + " cannot be completed; partitions not done: " + open, null);
          }
        });
  }

  @Override
  public void stopped() {
    end(
        JobStatus.STOPPED,
        null,
        (handle, state) -> JobRows.release(handle, id, PartitionStatus.RUNNING));
  }

  @Override
  public void failed(String error) {
    end(
        JobStatus.FAILED,
        error,
        (handle, state) -> JobRows.release(handle, id, PartitionStatus.RUNNING));
  }

  private void end(JobStatus status, @Nullable String error, BiConsumer<Handle, JobState> before) {
    database.write(
        handle -> {
          JobState state = lockOwn(handle);
          before.accept(handle, state);
          Instant now = database.now(handle);
          state.seen(now);
          state.end(status, now, error);
          JobRows.update(handle, id, state);
          return true;
        });
    onClose.run();
  }

  @Override
  public void close() {
    try {
      database.writeRepeatably(
          handle -> {
            Optional<JobState> state = JobRows.lock(handle, id).filter(this::isOwn);
            state.ifPresent(
                own -> {
                  own.release();
                  JobRows.update(handle, id, own);
                });
            return true;
          });
    } finally {
      onClose.run();
    }
  }

  private JobState lockOwn(Handle handle) {
    JobState state =
        JobRows.lock(handle, id)
            .orElseThrow(() -> new JobException(id, "Job " + id + " has been deleted", null));
    if (!isOwn(state)) {
      throw new JobException(id, loss(state), null);
    }
    return state;
  }

  private boolean isOwn(JobState state) {
    return state.run == job.run()
        && state.claim != null
        && state.claim.holder().equals(claim.holder());
  }

  private String loss(JobState state) {
    String run = "Run " + job.run() + " of job " + id + " can no longer change the job: ";
    if (state.run == job.run() || state.claim == null) {
      return run
          + "the run has ended, or another process took over the job because this process seemed"
          + " dead";
    }
    JobOwner owner = state.claim.owner();
    return run
        + "process "
        + owner.pid()
        + " on "
        + owner.host()
        + " took over the job with run "
        + state.run;
  }

  /** A partition that is there. */
  static JobPartition partition(Handle handle, UUID id, int number) {
    return JobRows.partition(handle, id, number)
        .orElseThrow(() -> new JobException(id, "Job " + id + " has no partition " + number, null));
  }
}
