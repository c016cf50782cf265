package io.ringhaul.batch;

/** Hears of what the cluster has acknowledged; called on the driver's threads, so keep it short. */
@FunctionalInterface
public interface WriteListener {

  /**
   * Statements and the bytes of their values that were written just now; statements that were added
   * together count as one.
   */
  void written(long statements, long bytes);
}
