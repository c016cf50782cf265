package io.ringhaul.monitor;

/**
 * Hears of what holds a job back, on a thread of the operation. What it throws is logged and does
 * not disturb the operation.
 */
@FunctionalInterface
public interface FindingListener {

  /**
   * Something began to hold the job back. Told once for each {@linkplain Finding#id() finding}; one
   * that was over for less than ten seconds goes on as the same.
   */
  void found(Finding finding);

  /** It no longer does, or the operation has ended. Default: nothing is done. */
  default void ended(Finding finding) {}

  /** The operation has ended, well or not; this is what took most of its time. Default: nothing. */
  default void limitedBy(LimitingFactor factor) {}
}
