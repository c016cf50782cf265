package io.ringhaul.internal.operation;

import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.scan.ScanPlan;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.job.Checkpoint;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobRun;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is done of an exporting job, by the token ranges that were read: a later run may divide the
 * others in another way, on another ring. The tasks of a plan are partitions of the job, under
 * numbers that no partition that is done has. Thread-safe.
 */
public final class ExportCheckpoints {

  private final JobRun run;
  private final List<JobPartition> earlier;
  private final List<Integer> numbers = new ArrayList<>();
  private int nextNumber;

  ExportCheckpoints(JobRun run) {
    this.run = run;
    this.earlier =
        run.partitions().stream().filter(each -> each.status() == PartitionStatus.DONE).toList();
  }

  /** What earlier runs have written. */
  public List<TaskOutput> outputs() {
    return outputs(earlier);
  }

  /** What those of these partitions have written that are done. */
  public static List<TaskOutput> outputs(List<JobPartition> partitions) {
    return partitions.stream()
        .filter(each -> each.status() == PartitionStatus.DONE)
        .map(done -> new TaskOutput(done.number(), done.rows(), done.bytes(), done.outputs()))
        .toList();
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

  /** How many rows each partition that is done has left out. */
  Map<Integer, Long> rejectedRows() {
    return earlier.stream()
        .collect(Collectors.toMap(JobPartition::number, JobPartition::rejectedRows));
  }

  /** Stores what this run is to do. */
  synchronized void plan(StoredExport how, ScanPlan scan) {
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
    run.plan(how.text(), partitions);
  }

  /**
   * Stores that a task that is begun keeps some of its tokens and gives the others to new tasks.
   *
   * @return the new tasks, in the order of what they were given
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

  /** The number of the partition that a task of the plan, or one split from such, is. */
  synchronized int number(ScanTask task) {
    return numbers.get(task.number());
  }

  /**
   * @param worker who begins it
   * @param replica the node that is to be asked first; empty if unknown
   */
  void begun(ScanTask task, int worker, String replica) {
    run.begun(
        number(task),
        OptionalInt.of(worker),
        Optional.of(replica).filter(address -> !address.isEmpty()));
  }

  /** Durable when this returns, if the job's store is. */
  void done(TaskOutput output, long rejectedRows, long rejectBytes) {
    run.done(
        new Checkpoint(
            output.task(),
            output.rows(),
            output.bytes(),
            rejectedRows,
            output.files(),
            rejectBytes));
  }

  void failed(ScanTask task, String error) {
    run.failed(number(task), error);
  }
}
