package io.ringhaul.internal.scan;

/**
 * What is left of a task, estimated by the pace of its last pages along the ring.
 *
 * @param seconds how long it takes one reader; infinite if the last pages were all of one token, so
 *     that there is no pace
 * @param pages how many pages it has; infinite in the same case
 */
public record ScanRest(double seconds, double pages) {

  /** Too early to say. */
  static final ScanRest UNKNOWN = new ScanRest(0, 0);

  /** Whether the task reads a partition that goes on and on. */
  public boolean isStuck() {
    return Double.isInfinite(seconds);
  }
}
