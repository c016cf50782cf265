package io.ringhaul.internal.scan;

/**
 * The rest of a task, estimated from its last pages.
 *
 * @param seconds time for one reader; infinite if the last pages were all of one token, so that
 *     there is no speed
 * @param pages number of pages; infinite in the same case
 */
public record ScanRest(double seconds, double pages) {

  /** Too early for an estimate. */
  static final ScanRest UNKNOWN = new ScanRest(0, 0);

  /** Whether the task stays in one large partition. */
  public boolean isStuck() {
    return Double.isInfinite(seconds);
  }
}
