package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.jobstore.Checkpoint;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.PartitionStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The checkpoints of an import job: each task of the source is a job partition. */
final class ImportCheckpoints {

  private static final int MOST_IN_MESSAGE = 3;

  private final JobRun run;

  /** As of the start of this run. */
  private final List<JobPartition> partitions;

  ImportCheckpoints(JobRun run) {
    this.run = run;
    this.partitions = run.partitions();
  }

  /** The stored plan of an earlier run with the unfinished tasks; empty if none is stored. */
  Optional<SourcePlan> plan() {
    return run.job()
        .plan()
        .map(
            text ->
                StoredImport.plan(
                    text,
                    partitions.stream()
                        .filter(each -> each.status() != PartitionStatus.DONE)
                        .map(ImportCheckpoints::task)
                        .toList()));
  }

  /** Stores the job's plan and tasks. */
  void plan(SourcePlan plan) {
    run.plan(
        StoredImport.text(plan),
        plan.tasks().stream()
            .map(
                task -> JobPartition.ofSource(task.number(), StoredImport.text(task), task.bytes()))
            .toList());
  }

  /** The figures of earlier runs. */
  Earlier figures() {
    return new Earlier(
        (int) partitions.stream().filter(each -> each.status() == PartitionStatus.DONE).count(),
        0,
        partitions.stream()
            .filter(each -> each.status() == PartitionStatus.DONE)
            .mapToLong(JobPartition::bytes)
            .sum(),
        before().written());
  }

  /** The planned bytes of the source that no run has read yet. */
  long bytesLeft(SourcePlan left) {
    long waiting = left.tasks().stream().mapToLong(SourceTask::bytes).sum();
    long done =
        partitions.stream()
            .filter(each -> each.status() == PartitionStatus.DONE)
            .mapToLong(each -> task(each).bytes() - each.bytes())
            .sum();
    return Math.max(0, waiting + done);
  }

  /** The row figures of earlier runs. */
  TaskFigures before() {
    return TaskFigures.of(partitions);
  }

  /** The number of rejected rows of each finished task. */
  Map<Integer, Long> rejectedRows() {
    return partitions.stream()
        .filter(each -> each.status() == PartitionStatus.DONE)
        .collect(Collectors.toMap(JobPartition::number, JobPartition::rejectedRows));
  }

  /** Whether earlier runs may have written rows. */
  boolean haveBegun() {
    return partitions.stream()
        .anyMatch(each -> each.attempt() > 0 || each.status() == PartitionStatus.DONE);
  }

  /**
   * Refuses to resume if an earlier run ended inside tasks whose rows must not be written twice: it
   * is unknown which of their rows are written.
   *
   * @param rows why the rows must not be written twice, for the message
   * @param anew how to start again, for the message
   * @throws JobException if there are such tasks; the message names them
   */
  void requireNoneInDoubt(String rows, String anew) {
    List<String> inDoubt =
        partitions.stream()
            .filter(each -> each.status() != PartitionStatus.DONE && each.attempt() > 0)
            .map(each -> each.number() + " " + task(each).parts())
            .toList();
    if (!inDoubt.isEmpty()) {
      throw new JobException(
          run.job().id(),
          String.format(
              "Job %s was interrupted within %d of its tasks, and %s: it is unknown which"
                  + " rows of these tasks are written, and writing a row again would add it"
                  + " twice. Compare the table with these parts of the source: %s%s. If the"
                  + " table has none of their rows, use %s; otherwise empty the table and %s",
              run.job().id(),
              inDoubt.size(),
              rows,
              String.join(", ", inDoubt.subList(0, Math.min(MOST_IN_MESSAGE, inDoubt.size()))),
              inDoubt.size() > MOST_IN_MESSAGE ? " and more" : "",
              Setting.REPLAY_IN_DOUBT.call(),
              anew),
          null);
    }
  }

  /**
   * @param worker the number of the worker that runs the task
   */
  void begun(SourceTask task, int worker) {
    run.begun(task.number(), OptionalInt.of(worker), Optional.empty());
  }

  /** Same as {@link #begun(SourceTask, int)}, for a task of another process. */
  void begun(int number) {
    run.begun(number);
  }

  /**
   * Stores that a task is finished. Durable on return if the job's store is durable.
   *
   * @param bytes the bytes of the source that the task has read
   */
  void done(SourceTask task, long bytes, TaskFigures figures, long rejectBytes) {
    run.done(
        new Checkpoint(
            task.number(),
            figures.written(),
            bytes,
            figures.rejected(),
            List.of(figures.text()),
            rejectBytes));
  }

  private static SourceTask task(JobPartition partition) {
    return StoredImport.task(
        partition
            .unit()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "Partition " + partition.number() + " of an import has no task")));
  }
}
