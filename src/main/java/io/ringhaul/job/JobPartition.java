package io.ringhaul.job;

import io.ringhaul.schema.TokenRange;
import java.util.List;
import java.util.Optional;

/**
 * The stored state of one task: the unit of work, retry and checkpoint.
 *
 * @param number its number within the job, from 0
 * @param status its status
 * @param attempt the number of attempts so far
 * @param tokens the token ranges to read; empty for an import
 * @param unit the part of the source to read, in the form of the source; empty for an export
 * @param rows exported or written rows; 0 until the partition is done
 * @param bytes bytes of its outputs, or of its part of the source
 * @param rejectedRows rejected rows
 * @param outputs its outputs as texts, in the form of the target
 * @param error why the last attempt failed
 * @param lastAttempt the last attempt; empty for a pending partition
 */
public record JobPartition(
    int number,
    PartitionStatus status,
    int attempt,
    List<TokenRange> tokens,
    Optional<String> unit,
    long rows,
    long bytes,
    long rejectedRows,
    List<String> outputs,
    Optional<String> error,
    Optional<LastAttempt> lastAttempt) {

  public JobPartition {
    tokens = List.copyOf(tokens);
    outputs = List.copyOf(outputs);
  }

  /** Creates a partition without an attempt. */
  public JobPartition(
      int number,
      PartitionStatus status,
      int attempt,
      List<TokenRange> tokens,
      Optional<String> unit,
      long rows,
      long bytes,
      long rejectedRows,
      List<String> outputs,
      Optional<String> error) {
    this(
        number,
        status,
        attempt,
        tokens,
        unit,
        rows,
        bytes,
        rejectedRows,
        outputs,
        error,
        Optional.empty());
  }

  /** Returns a pending partition for these token ranges. */
  public static JobPartition ofTokens(int number, List<TokenRange> tokens) {
    return pending(number, tokens, Optional.empty(), 0);
  }

  /** Returns a pending partition for this part of a source. */
  public static JobPartition ofSource(int number, String unit, long bytes) {
    return pending(number, List.of(), Optional.of(unit), bytes);
  }

  private static JobPartition pending(
      int number, List<TokenRange> tokens, Optional<String> unit, long bytes) {
    return new JobPartition(
        number, PartitionStatus.PENDING, 0, tokens, unit, 0, bytes, 0, List.of(), Optional.empty());
  }

  /** Returns this partition as pending in this run. */
  public JobPartition released() {
    return at(PartitionStatus.PENDING, attempt, error, Optional.empty());
  }

  /** Returns this partition with fewer tokens. */
  public JobPartition keeping(List<TokenRange> kept) {
    return new JobPartition(
        number,
        status,
        attempt,
        kept,
        unit,
        rows,
        bytes,
        rejectedRows,
        outputs,
        error,
        lastAttempt);
  }

  /** Returns this partition with another attempt started. */
  public JobPartition begunAgain(LastAttempt newLastAttempt) {
    return at(PartitionStatus.RUNNING, attempt + 1, error, Optional.of(newLastAttempt));
  }

  /** Returns this partition as done. */
  public JobPartition doneWith(Checkpoint checkpoint) {
    return new JobPartition(
        number,
        PartitionStatus.DONE,
        attempt,
        tokens,
        unit,
        checkpoint.rows(),
        checkpoint.bytes(),
        checkpoint.rejectedRows(),
        checkpoint.outputs(),
        Optional.empty(),
        lastAttempt.map(LastAttempt::ending));
  }

  /** Returns this partition as failed. */
  public JobPartition failedWith(String newError) {
    return at(
        PartitionStatus.FAILED,
        attempt,
        Optional.of(newError),
        lastAttempt.map(LastAttempt::ending));
  }

  /** Returns this partition with another status. */
  private JobPartition at(
      PartitionStatus newStatus,
      int newAttempt,
      Optional<String> newError,
      Optional<LastAttempt> newLastAttempt) {
    return new JobPartition(
        number,
        newStatus,
        newAttempt,
        tokens,
        unit,
        rows,
        bytes,
        rejectedRows,
        outputs,
        newError,
        newLastAttempt);
  }

  /** Returns this partition without any result. A part of a source keeps its size. */
  public JobPartition undone() {
    return new JobPartition(
        number,
        PartitionStatus.PENDING,
        attempt,
        tokens,
        unit,
        0,
        unit.isPresent() ? bytes : 0,
        0,
        List.of(),
        error);
  }
}
