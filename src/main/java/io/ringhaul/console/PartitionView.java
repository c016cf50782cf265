package io.ringhaul.console;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobOwner;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.LastAttempt;
import io.ringhaul.job.PartitionStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A partition of a job.
 *
 * @param id the job id and the partition number, separated by a colon
 * @param tokens the token ranges, each with its start (exclusive) and its end (inclusive)
 * @param unit the part of a source that the partition reads
 * @param ended the end of the last attempt; for one that a dead process has left running, the last
 *     report of that process
 * @param completed the completed share of a running partition, from 0 to 1; null if unknown
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
    @Nullable Double completed,
    @Nullable Integer worker,
    @Nullable String replica) {

  /**
   * @param shares the completed shares of running partitions by number, as far as they are known
   */
  static PartitionView of(Job job, JobPartition partition, Map<Integer, Double> shares) {
    boolean isRunning = partition.status() == PartitionStatus.RUNNING;
    boolean isLeft = isRunning && !Liveness.isAlive(job, Instant.now());
    Optional<LastAttempt> lastAttempt = partition.lastAttempt();
    return new PartitionView(
        job.id() + ":" + partition.number(),
        job.id().toString(),
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
        Times.textOrNull(
            isLeft ? job.owner().map(JobOwner::lastSeen) : lastAttempt.flatMap(LastAttempt::ended)),
        isRunning ? shares.get(partition.number()) : null,
        lastAttempt.map(PartitionView::worker).orElse(null),
        lastAttempt.flatMap(LastAttempt::replica).orElse(null));
  }

  private static @Nullable Integer worker(LastAttempt lastAttempt) {
    return lastAttempt.worker().isPresent() ? lastAttempt.worker().getAsInt() : null;
  }
}
