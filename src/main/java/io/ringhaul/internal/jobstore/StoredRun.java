package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.LastAttempt;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
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
import org.jspecify.annotations.Nullable;

/** The rules of runs, independent of their storage. */
final class StoredRun implements JobRun {

  private final Transactions transactions;
  private final Job job;
  private final UUID id;
  private final Claim claim;
  private final Runnable onClose;
  private final AtomicLong rejectBytes;

  /**
   * @param state what has just been stored for this run
   * @param onClose called when nothing is done by this run any more, perhaps more than once
   */
  StoredRun(Transactions transactions, Job job, JobState state, Runnable onClose) {
    this.transactions = transactions;
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
    return transactions.write(
        records -> {
          JobFigures figures = lockOwn(records).figures;
          List<JobPartition> partitions = records.partitions(id);
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
    transactions.writeRepeatably(
        records -> {
          JobState state = lockOwn(records);
          Set<Integer> numbers = new HashSet<>(records.doneNumbers(id));
          int done = numbers.size();
          for (JobPartition each : partitions) {
            if (each.number() < 0 || !numbers.add(each.number())) {
              throw new JobException(
                  id,
                  "Partition number " + each.number() + " of job " + id + " is taken or negative",
                  null);
            }
          }
          records.deleteOpenPartitions(id);
          records.insert(id, partitions.stream().map(Changes::undone).toList());
          records.updatePlan(id, Optional.of(plan));
          JobFigures figures = state.figures;
          state.figures =
              new JobFigures(numbers.size(), done, 0, figures.rows(), figures.rejectedRows());
          records.update(id, state);
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
    transactions.writeRepeatably(
        records -> {
          JobState state = lockOwn(records);
          JobPartition before = partition(records, id, partition);
          PartitionSplit split = new PartitionSplit(id, before, kept, added);
          if (split.isStored(records)) {
            // The answer to the first time was lost.
            return true;
          }
          split.require(records);
          records.updateUnit(id, Changes.keeping(before, kept));
          records.insert(id, added);
          state.figures = Changes.withMore(state.figures, added.size());
          records.update(id, state);
          return true;
        });
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
  public void failed(int partition, String error) {
    move(partition, (state, before) -> Changes.failedWith(open(before), error));
  }

  private void move(int partition, BiFunction<JobState, JobPartition, JobPartition> change) {
    transactions.writeRepeatably(
        records -> {
          JobState state = lockOwn(records);
          JobPartition before = partition(records, id, partition);
          JobPartition now = change.apply(state, before);
          records.update(id, now);
          state.figures = Changes.after(state.figures, before, now);
          records.update(id, state);
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
    return transactions.writeRepeatably(
        records -> {
          JobState state = lockOwn(records);
          state.claim = claim.seen(records.now());
          records.update(id, state);
          return state.status == JobStatus.STOPPING;
        });
  }

  @Override
  public void completed() {
    end(
        JobStatus.COMPLETED,
        null,
        (records, state) -> {
          int open = state.figures.partitions() - state.figures.done();
          if (open > 0) {
            throw new JobException(
                id, "Job " + id + " cannot be completed; partitions not done: " + open, null);
          }
        });
  }

  @Override
  public void stopped() {
    end(JobStatus.STOPPED, null, (records, state) -> records.releaseRunning(id));
  }

  @Override
  public void failed(String error) {
    end(JobStatus.FAILED, error, (records, state) -> records.releaseRunning(id));
  }

  private void end(
      JobStatus status, @Nullable String error, BiConsumer<JobRecords, JobState> before) {
    transactions.write(
        records -> {
          JobState state = lockOwn(records);
          before.accept(records, state);
          state.end(status, records.now(), error);
          records.update(id, state);
          return true;
        });
    onClose.run();
  }

  @Override
  public void close() {
    try {
      transactions.writeRepeatably(
          records -> {
            Optional<JobState> state = records.lock(id).filter(this::isOwn);
            state.ifPresent(
                own -> {
                  own.release();
                  records.update(id, own);
                });
            return true;
          });
    } finally {
      onClose.run();
    }
  }

  private JobState lockOwn(JobRecords records) {
    JobState state =
        records
            .lock(id)
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
  static JobPartition partition(JobRecords records, UUID id, int number) {
    return records
        .partition(id, number)
        .orElseThrow(() -> new JobException(id, "Job " + id + " has no partition " + number, null));
  }
}
