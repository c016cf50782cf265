package io.ringhaul.monitor;

/**
 * Hears of what holds a job back, on a thread of the operation. What it throws is logged and does
 * not disturb the operation.
 */
@FunctionalInterface
public interface BottleneckListener {

  /**
   * Something began to hold the job back. Told once for each {@linkplain Bottleneck#id()
   * bottleneck}; one that was over for less than ten seconds goes on as the same.
   */
  void found(Bottleneck bottleneck);

  /** It no longer does, or the operation has ended. Default: nothing is done. */
  default void ended(Bottleneck bottleneck) {}

  /** The operation has ended, well or not; this is what took most of its time. Default: nothing. */
  default void limitedBy(LimitingFactor factor) {}
}
