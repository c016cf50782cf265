package io.ringhaul.job;

import io.ringhaul.schema.TokenRange;
import java.util.List;
import java.util.Optional;

/**
 * A part of a job: what is done, retried and recorded as one.
 *
 * @param number names it within its job, from 0
 * @param status where it stands
 * @param attempt how often it was begun
 * @param tokens the token ranges that it reads; empty for an import
 * @param unit what it reads of a source, in the source's form; empty for an export
 * @param rows rows that it exported or wrote; 0 until it is done
 * @param bytes bytes of its outputs, or of its part of the source
 * @param rejectedRows rows that it left out
 * @param outputs what it wrote, one text each, in the target's form
 * @param error why its last attempt failed
 * @param lastAttempt when it was worked on last, and by whom; empty for one that is pending
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

  /** One that was not attempted. */
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

  /** One that reads these ranges and is not begun. */
  public static JobPartition ofTokens(int number, List<TokenRange> tokens) {
    return pending(number, tokens, Optional.empty(), 0);
  }

  /** One that reads this part of a source and is not begun. */
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

  /** Returns this partition at the start of another attempt. */
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

  /** Returns this partition as if it had never run. A part of a source keeps its size. */
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
