package io.ringhaul.console;

import io.ringhaul.job.JobPartition;
import io.ringhaul.job.LastAttempt;
import io.ringhaul.job.PartitionStatus;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A partition of a job.
 *
 * @param id the job id and the partition number, separated by a colon
 * @param tokens the token ranges, each with its start (exclusive) and its end (inclusive)
 * @param unit the part of a source that the partition reads
 * @param worker the worker of the current or last attempt
 * @param replica the node that the partition is read from
 */
record PartitionView(
    String id,
    String job,
    int number,
    PartitionStatus status,
    int attempt,
    List<List<String>> tokens,
    @Nullable String unit,
    long rows,
    long bytes,
    long rejectedRows,
    @Nullable String error,
    @Nullable String begun,
    @Nullable String ended,
    @Nullable Integer worker,
    @Nullable String replica) {

  static PartitionView of(UUID job, JobPartition partition) {
    Optional<LastAttempt> lastAttempt = partition.lastAttempt();
    return new PartitionView(
        job + ":" + partition.number(),
        job.toString(),
        partition.number(),
        partition.status(),
        partition.attempt(),
        partition.tokens().stream()
            .map(
                range ->
                    List.of(
                        Long.toString(range.startExclusive()), Long.toString(range.endInclusive())))
            .toList(),
        partition.unit().orElse(null),
        partition.rows(),
        partition.bytes(),
        partition.rejectedRows(),
        partition.error().orElse(null),
        lastAttempt.map(each -> Times.text(each.begun())).orElse(null),
        Times.textOrNull(lastAttempt.flatMap(LastAttempt::ended)),
        lastAttempt.map(PartitionView::worker).orElse(null),
        lastAttempt.flatMap(LastAttempt::replica).orElse(null));
  }

  private static @Nullable Integer worker(LastAttempt lastAttempt) {
    return lastAttempt.worker().isPresent() ? lastAttempt.worker().getAsInt() : null;
  }
}
