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
 * @param id the job's id and the partition's number, with a colon between them
 * @param tokens the token ranges that it reads, each as its start, which it does not have, and its
 *     end, which it has
 * @param unit what it reads of a source
 * @param worker the worker that did it or does it
 * @param replica the node that it is read from
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
