package io.ringhaul.internal.jobstore;

import io.ringhaul.job.JobFigures;
import io.ringhaul.job.JobPartition;
import io.ringhaul.job.LastAttempt;
import io.ringhaul.job.PartitionStatus;
import io.ringhaul.schema.TokenRange;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Changed copies of the figures and partitions of a stored job. */
final class Changes {

  private Changes() {}

  /** Figures without failures, because failed partitions are run again. */
  static JobFigures withoutFailures(JobFigures figures) {
    return new JobFigures(
        figures.partitions(), figures.done(), 0, figures.rows(), figures.rejectedRows());
  }

  /** Figures with this number of additional pending partitions. */
  static JobFigures withMore(JobFigures figures, int more) {
    return new JobFigures(
        figures.partitions() + more,
        figures.done(),
        figures.failed(),
        figures.rows(),
        figures.rejectedRows());
  }

  /** Figures after the change of a partition. */
  static JobFigures after(JobFigures figures, JobPartition before, JobPartition now) {
    return new JobFigures(
        figures.partitions(),
        figures.done() - count(before, PartitionStatus.DONE) + count(now, PartitionStatus.DONE),
        figures.failed()
            - count(before, PartitionStatus.FAILED)
            + count(now, PartitionStatus.FAILED),
        figures.rows() - doneRows(before) + doneRows(now),
        figures.rejectedRows() - doneRejects(before) + doneRejects(now));
  }

  private static int count(JobPartition partition, PartitionStatus status) {
    return partition.status() == status ? 1 : 0;
  }

  private static long doneRows(JobPartition partition) {
    return partition.rows() * count(partition, PartitionStatus.DONE);
  }

  private static long doneRejects(JobPartition partition) {
    return partition.rejectedRows() * count(partition, PartitionStatus.DONE);
  }

  /** A partition that is pending in this run. */
  static JobPartition released(JobPartition partition) {
    return at(
        partition,
        PartitionStatus.PENDING,
        partition.attempt(),
        partition.error(),
        Optional.empty());
  }

  /** A partition with another attempt started. */
  static JobPartition begunAgain(JobPartition partition, LastAttempt attempt) {
    return at(
        partition,
        PartitionStatus.RUNNING,
        partition.attempt() + 1,
        partition.error(),
        Optional.of(attempt));
  }

  /** An attempt that starts now, in whole milliseconds. */
  static LastAttempt attempt(OptionalInt worker, Optional<String> replica) {
    return new LastAttempt(now(), Optional.empty(), worker, replica);
  }

  /** An attempt that has ended now, unless it ended before. */
  private static LastAttempt ended(LastAttempt attempt) {
    return attempt.ended().isPresent()
        ? attempt
        : new LastAttempt(attempt.begun(), Optional.of(now()), attempt.worker(), attempt.replica());
  }

  private static Instant now() {
    return Instant.ofEpochMilli(System.currentTimeMillis());
  }

  /** A partition that failed. */
  static JobPartition failedWith(JobPartition partition, String error) {
    return at(
        partition,
        PartitionStatus.FAILED,
        partition.attempt(),
        Optional.of(error),
        partition.lastAttempt().map(Changes::ended));
  }

  private static JobPartition at(
      JobPartition partition,
      PartitionStatus status,
      int attempt,
      Optional<String> error,
      Optional<LastAttempt> lastAttempt) {
    return new JobPartition(
        partition.number(),
        status,
        attempt,
        partition.tokens(),
        partition.unit(),
        partition.rows(),
        partition.bytes(),
        partition.rejectedRows(),
        partition.outputs(),
        error,
        lastAttempt);
  }

  /** A partition with fewer tokens. */
  static JobPartition keeping(JobPartition partition, List<TokenRange> kept) {
    return new JobPartition(
        partition.number(),
        partition.status(),
        partition.attempt(),
        kept,
        partition.unit(),
        partition.rows(),
        partition.bytes(),
        partition.rejectedRows(),
        partition.outputs(),
        partition.error(),
        partition.lastAttempt());
  }

  /** A partition that is done. */
  static JobPartition doneWith(JobPartition partition, Checkpoint checkpoint) {
    return new JobPartition(
        partition.number(),
        PartitionStatus.DONE,
        partition.attempt(),
        partition.tokens(),
        partition.unit(),
        checkpoint.rows(),
        checkpoint.bytes(),
        checkpoint.rejectedRows(),
        checkpoint.outputs(),
        Optional.empty(),
        partition.lastAttempt().map(Changes::ended));
  }

  /** A partition without a result. A part of a source keeps its size. */
  static JobPartition undone(JobPartition partition) {
    return new JobPartition(
        partition.number(),
        PartitionStatus.PENDING,
        partition.attempt(),
        partition.tokens(),
        partition.unit(),
        0,
        partition.unit().isPresent() ? partition.bytes() : 0,
        0,
        List.of(),
        partition.error());
  }
}
