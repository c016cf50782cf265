package io.ringhaul.internal.operation;

import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.jobstore.Checkpoint;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.scan.ScanPlan;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of an export job. They record the token ranges that were read, because a later
 * run may split the remaining ranges differently or run on a changed ring. Each task of a plan is a
 * job partition; its number differs from those of all finished partitions. Thread-safe.
 */
public final class ExportCheckpoints {

  private static final long STORE_STEPS_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final JobRun run;
  private final List<JobPartition> earlier;
  private final List<Integer> numbers = new ArrayList<>();
  private final List<TaskOutput> finalSteps = new ArrayList<>();
  private @Nullable TargetPlan target;
  private int nextNumber;
  private long stepsStored = System.nanoTime();

  ExportCheckpoints(JobRun run) {
    this.run = run;
    finalSteps.addAll(stepsOf(run.job()));
    this.earlier =
        run.partitions().stream().filter(each -> each.status() == PartitionStatus.DONE).toList();
  }

  /** The outputs of earlier runs: of finished tasks, and of final steps. */
  public synchronized List<TaskOutput> outputs() {
    return Stream.concat(outputs(earlier).stream(), finalSteps.stream()).toList();
  }

  /** The output of a task that was written in several parts. */
  static TaskOutput sum(int task, List<TaskOutput> parts) {
    return new TaskOutput(
        task,
        parts.stream().mapToLong(TaskOutput::rows).sum(),
        parts.stream().mapToLong(TaskOutput::bytes).sum(),
        parts.stream().flatMap(part -> part.files().stream()).toList());
  }

  /** The outputs of a job's finished partitions. */
  public static List<TaskOutput> outputs(List<JobPartition> partitions) {
    return partitions.stream()
        .filter(each -> each.status() == PartitionStatus.DONE)
        .map(done -> new TaskOutput(done.number(), done.rows(), done.bytes(), done.outputs()))
        .toList();
  }

  /** The outputs of a job's finished partitions and of its final steps. */
  public static List<TaskOutput> outputs(Job job, List<JobPartition> partitions) {
    return Stream.concat(outputs(partitions).stream(), stepsOf(job).stream()).toList();
  }

  private static List<TaskOutput> stepsOf(Job job) {
    return job.plan().map(plan -> StoredExport.parse(plan).finalSteps()).orElse(List.of());
  }

  /** Whether final steps of earlier runs have finished. */
  synchronized boolean hasSteps() {
    return !finalSteps.isEmpty();
  }

  /** Forgets final steps, which must run again; ignores outputs of tasks. */
  synchronized void forget(List<TaskOutput> outputs) {
    finalSteps.removeAll(outputs);
  }

  /** The tokens that earlier runs have read. */
  TokenRangeSet tokens() {
    return TokenRangeSet.of(ranges());
  }

  /** The ranges that earlier runs have read, partition by partition. */
  List<TokenRange> ranges() {
    return earlier.stream().flatMap(done -> done.tokens().stream()).toList();
  }

  /** The figures of earlier runs. */
  Earlier figures() {
    return new Earlier(
        earlier.size(),
        ranges().size(),
        TokenRange.rowTokens(ranges()),
        earlier.stream().mapToLong(JobPartition::rows).sum());
  }

  /** The number of rejected rows of each finished partition. */
  Map<Integer, Long> rejectedRows() {
    return earlier.stream()
        .collect(Collectors.toMap(JobPartition::number, JobPartition::rejectedRows));
  }

  /** Stores the plan of this run and its tasks. */
  synchronized void plan(TargetPlan target, ScanPlan scan) {
    Set<Integer> taken = earlier.stream().map(JobPartition::number).collect(Collectors.toSet());
    List<JobPartition> partitions = new ArrayList<>();
    int number = 0;
    for (ScanTask task : scan.tasks()) {
      while (taken.contains(number)) {
        number++;
      }
      numbers.add(number);
      partitions.add(JobPartition.ofTokens(number++, task.ranges()));
    }
    nextNumber = Math.max(number, taken.stream().mapToInt(taking -> taking + 1).max().orElse(0));
    run.plan(new StoredExport(target, finalSteps, Optional.empty()).text(), partitions);
    this.target = target;
  }

  /** Stores the plan of an export that reads the whole ring in one task, with the number 0. */
  synchronized void planWhole(TargetPlan target) {
    run.plan(
        new StoredExport(target, finalSteps, Optional.empty()).text(),
        earlier.isEmpty()
            ? List.of(JobPartition.ofTokens(0, TokenRangeSet.wholeRing().ranges()))
            : List.of());
    this.target = target;
  }

  /**
   * Notes that a final step is finished. The store keeps the outputs of all final steps in one
   * text, so they are stored a few seconds later, together with those of other final steps.
   */
  synchronized void stepDone(TaskOutput output) {
    finalSteps.add(output);
    if (System.nanoTime() - stepsStored >= STORE_STEPS_NANOS) {
      storeSteps();
    }
  }

  /** Stores the outputs of all final steps. Only after the last task. */
  synchronized void storeSteps() {
    store(Optional.empty());
    stepsStored = System.nanoTime();
  }

  /** Stores the result of the commit. */
  synchronized void committed(CommitResult result) {
    store(Optional.of(result));
  }

  private void store(Optional<CommitResult> result) {
    run.plan(
        new StoredExport(Objects.requireNonNull(target), finalSteps, result).text(), List.of());
  }

  /**
   * Stores a split: a running task keeps some of its tokens, new tasks take the others.
   *
   * @return the new tasks, in the order of {@code given}
   */
  List<ScanTask> split(ScanTask task, List<TokenRange> kept, List<List<TokenRange>> given) {
    List<ScanTask> tasks = new ArrayList<>();
    List<JobPartition> partitions = new ArrayList<>();
    synchronized (this) {
      for (List<TokenRange> ranges : given) {
        tasks.add(new ScanTask(numbers.size(), ranges, task.replicas()));
        partitions.add(JobPartition.ofTokens(nextNumber, ranges));
        numbers.add(nextNumber++);
      }
    }
    run.split(number(task), kept, partitions);
    return tasks;
  }

  /** The job partition of a planned task or of a task split from it. */
  synchronized int number(ScanTask task) {
    return numbers.get(task.number());
  }

  /**
   * @param worker the number of the worker that runs the task
   * @param replica the address of the task's owner, for people; empty if unknown
   */
  void begun(ScanTask task, int worker, String replica) {
    run.begun(
        number(task),
        OptionalInt.of(worker),
        Optional.of(replica).filter(address -> !address.isEmpty()));
  }

  /** Same as {@link #begun(ScanTask, int, String)}, for a task of another process. */
  void begun(int number) {
    run.begun(number);
  }

  /** Stores that a task is finished. Durable on return if the job's store is durable. */
  void done(TaskOutput output, long rejectedRows, long rejectBytes) {
    run.done(checkpoint(output, rejectedRows, rejectBytes));
  }

  /** Stores that other processes have run tasks, which rejected no rows. */
  void ran(List<TaskOutput> outputs) {
    run.ran(outputs.stream().map(output -> checkpoint(output, 0, 0)).toList());
  }

  private static Checkpoint checkpoint(TaskOutput output, long rejectedRows, long rejectBytes) {
    return new Checkpoint(
        output.task(), output.rows(), output.bytes(), rejectedRows, output.files(), rejectBytes);
  }

  void failed(ScanTask task, String error) {
    run.failed(number(task), error);
  }
}
