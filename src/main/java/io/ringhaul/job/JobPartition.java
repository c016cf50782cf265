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
}
