package io.ringhaul.exceptions;

import java.io.Serializable;

/**
 * A token range that could not be read.
 *
 * @param startExclusive the token after which the range starts
 * @param endInclusive the token at which the range ends; below the start if the range wraps around
 *     the end of the ring
 * @param reason one sentence with the error of the cluster or the driver
 */
public record FailedRange(long startExclusive, long endInclusive, String reason)
    implements Serializable {

  @Override
  public String toString() {
    return "(" + startExclusive + ", " + endInclusive + "]: " + reason;
  }
}
