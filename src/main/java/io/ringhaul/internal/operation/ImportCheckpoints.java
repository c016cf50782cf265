package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.job.Checkpoint;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.JobRun;
import io.ringhaul.job.PartitionStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** What is done of an importing job: each task of its source is a partition of it. */
final class ImportCheckpoints {

  private static final int MOST_IN_MESSAGE = 3;

  private final JobRun run;

  /** As they were when this run began. */
  private final List<JobPartition> partitions;

  ImportCheckpoints(JobRun run) {
    this.run = run;
    this.partitions = run.partitions();
  }

  /** The plan of an earlier run, with the tasks that it has left; empty if there was none. */
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

  /** Stores what this job is to do. */
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

  /** How many bytes of the source are left, by those that were planned. */
  long bytesLeft(SourcePlan left) {
    long waiting = left.tasks().stream().mapToLong(SourceTask::bytes).sum();
    long done =
        partitions.stream()
            .filter(each -> each.status() == PartitionStatus.DONE)
            .mapToLong(each -> task(each).bytes() - each.bytes())
            .sum();
    return Math.max(0, waiting + done);
  }

  /** What became of the rows of earlier runs. */
  TaskFigures before() {
    return TaskFigures.of(partitions);
  }

  /** How many rows each task that is done has rejected. */
  Map<Integer, Long> rejectedRows() {
    return partitions.stream()
        .filter(each -> each.status() == PartitionStatus.DONE)
        .collect(Collectors.toMap(JobPartition::number, JobPartition::rejectedRows));
  }

  /** Whether earlier runs have written anything, as far as is known. */
  boolean haveBegun() {
    return partitions.stream()
        .anyMatch(each -> each.attempt() > 0 || each.status() == PartitionStatus.DONE);
  }

  /**
   * Refuses to go on where an earlier run was cut off within tasks whose rows must not be written
   * twice: how far it came in them is not known.
   *
   * @param rows why its rows must not be written twice
   * @param anew how it is begun anew
   * @throws JobException names the tasks
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
              "Job %s was cut off within %d of its tasks, and %s: writing them again would add"
                  + " them twice, and which of them are written is not known. Compare the table"
                  + " with these parts of the source: %s%s. Then use %s if none of their rows"
                  + " is there, or empty the table and %s",
              run.job().id(),
              inDoubt.size(),
              rows,
              String.join(", ", inDoubt.subList(0, Math.min(MOST_IN_MESSAGE, inDoubt.size()))),
              inDoubt.size() > MOST_IN_MESSAGE ? " and so on" : "",
              Setting.REPLAY_IN_DOUBT.call(),
              anew),
          null);
    }
  }

  /**
   * @param worker who begins it
   */
  void begun(SourceTask task, int worker) {
    run.begun(task.number(), OptionalInt.of(worker), Optional.empty());
  }

  /**
   * Durable when this returns, if the job's store is.
   *
   * @param bytes what it took of the source
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
