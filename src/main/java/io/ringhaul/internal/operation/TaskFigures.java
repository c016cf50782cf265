package io.ringhaul.internal.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.PartitionStatus;
import java.util.List;

/**
 * What became of the rows of one task or several.
 *
 * @param read records read
 * @param written rows that the cluster has acknowledged
 * @param rejected records that were left out and kept
 * @param nothing rows of which nothing was to be written: expired, without values, or of a
 *     partition whose shared values were there
 * @param expiredRows rows that were left out since all their cells had expired
 * @param expiredCells cells that were left out since they had expired
 */
record TaskFigures(
    long read, long written, long rejected, long nothing, long expiredRows, long expiredCells) {

  static final TaskFigures NONE = new TaskFigures(0, 0, 0, 0, 0, 0);

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The sum over the partitions of a job that are done. */
  static TaskFigures of(List<JobPartition> partitions) {
    return partitions.stream()
        .filter(each -> each.status() == PartitionStatus.DONE)
        .flatMap(done -> done.outputs().stream())
        .map(TaskFigures::parse)
        .reduce(NONE, TaskFigures::plus);
  }

  /** Whether each record that was read has met exactly one end. */
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

  /** The text that stands for a task's output in its checkpoint. */
  String text() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Numbers are always JSON", e);
    }
  }

  private static TaskFigures parse(String text) {
    try {
      return JSON.readValue(text, TaskFigures.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("No figures of a task: " + text, e);
    }
  }
}
