package io.ringhaul.batch;

import io.ringhaul.exceptions.InvalidSettingException;

/**
 * The limits of a batch. A statement larger than {@code maxBytes} is sent alone; statements are
 * never split.
 *
 * @param maxStatements maximum statements of a batch, 1 to 65,535 (the protocol counts them in 16
 *     bits)
 * @param maxBytes maximum bytes of bound values in a batch, 1 or more. A batch of one partition is
 *     not subject to the server's batch thresholds, but to its largest mutation (16 MiB by
 *     default); half of that is the upper limit. For batches of several partitions see {@link
 *     BatchWriterBuilder#maxSharedBytes}
 * @param maxBuffered maximum statements in open batches, 1 or more. Above this number, and above 32
 *     MiB (or {@code maxBytes} if larger), a batch is sent early: one to which nothing was added
 *     while this many statements were added to others, or else the one with the most statements
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
