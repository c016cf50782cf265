package io.ringhaul.internal.operation;

import io.ringhaul.internal.jackson.Json;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.PartitionStatus;
import java.io.Serializable;
import java.util.List;

/**
 * The row figures of one or more tasks.
 *
 * @param read records read
 * @param written rows that the cluster has acknowledged
 * @param rejected rejected rows
 * @param nothing rows without anything to write: expired rows, rows without values, and rows of a
 *     partition whose shared values were already written
 * @param expiredRows rows omitted because all their cells had expired
 * @param expiredCells cells omitted because they had expired
 */
record TaskFigures(
    long read, long written, long rejected, long nothing, long expiredRows, long expiredCells)
    implements Serializable {

  static final TaskFigures NONE = new TaskFigures(0, 0, 0, 0, 0, 0);

  /** The sum over the finished partitions of a job. */
  static TaskFigures of(List<JobPartition> partitions) {
    return partitions.stream()
        .filter(each -> each.status() == PartitionStatus.DONE)
        .flatMap(done -> done.outputs().stream())
        .map(TaskFigures::parse)
        .reduce(NONE, TaskFigures::plus);
  }

  /** Whether each record was written, rejected or had nothing to write. */
  boolean areWhole() {
    return read == written + rejected + nothing;
  }

  TaskFigures plus(TaskFigures more) {
    return new TaskFigures(
        read + more.read,
        written + more.written,
        rejected + more.rejected,
        nothing + more.nothing,
        expiredRows + more.expiredRows,
        expiredCells + more.expiredCells);
  }

  /** The text that a task's checkpoint stores as its output. */
  String text() {
    return Json.text(this);
  }

  private static TaskFigures parse(String text) {
    return Json.read(text, TaskFigures.class, "the figures of a task");
  }
}
