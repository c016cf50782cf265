package io.ringhaul.monitor;

/**
 * Receives the bottlenecks of a job, on a thread of the operation. Exceptions are logged and do not
 * affect the operation.
 */
@FunctionalInterface
public interface BottleneckListener {

  /**
   * Called when a bottleneck begins, once for each {@linkplain Bottleneck#id() id}. A symptom that
   * returns within ten seconds continues the same bottleneck.
   */
  void found(Bottleneck bottleneck);

  /** Called when a bottleneck or the operation ends. Default: does nothing. */
  default void ended(Bottleneck bottleneck) {}

  /**
   * Called when the operation has succeeded or failed, with what limited it for most of its time.
   * Default: does nothing.
   */
  default void limitedBy(LimitingFactor factor) {}
}
