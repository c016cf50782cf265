package io.ringhaul.batch;

import io.ringhaul.exceptions.InvalidSettingException;

/**
 * When a batch is full. A statement that is larger than {@code maxBytes} is sent alone; no
 * statement is ever cut.
 *
 * @param maxStatements statements to a batch, 1 to 65,535 (the protocol counts them in 16 bits)
 * @param maxBytes bytes of bound values to a batch, 1 or more. Where all statements of a batch
 *     belong to one partition, the server's batch thresholds do not apply; its largest mutation
 *     does (16 MiB by default), so that half of that is the most. For batches of several partitions
 *     see {@link BatchWriterBuilder#maxSharedBytes}
 * @param maxBuffered statements that may wait in open batches, 1 or more; beyond that, and beyond
 *     32 MiB (or {@code maxBytes} if that is more), a batch is sent early: one to which nothing was
 *     added while so many statements were to others, or else the one with the most statements
 */
public record BatchLimits(int maxStatements, int maxBytes, int maxBuffered) {

  /** 100 statements, 64 KiB, 10,000 buffered. */
  public static final BatchLimits DEFAULT = new BatchLimits(100, 64 * 1024, 10_000);

  /**
   * Checks the values.
   *
   * @throws InvalidSettingException if a value is out of its bounds
   */
  public BatchLimits {
    require("maxBatchStatements", maxStatements, 65_535);
    require("maxBatchBytes", maxBytes, Integer.MAX_VALUE);
    require("maxBuffered", maxBuffered, Integer.MAX_VALUE);
  }

  /** Returns these limits with another number of statements. */
  public BatchLimits withMaxStatements(int statements) {
    return new BatchLimits(statements, maxBytes, maxBuffered);
  }

  /** Returns these limits with another number of bytes. */
  public BatchLimits withMaxBytes(int bytes) {
    return new BatchLimits(maxStatements, bytes, maxBuffered);
  }

  private static void require(String setting, int value, int most) {
    if (value < 1 || value > most) {
      throw new InvalidSettingException(
          setting, setting + " is " + value + "; it takes 1 to " + most);
    }
  }
}
