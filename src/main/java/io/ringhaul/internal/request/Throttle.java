package io.ringhaul.internal.request;

/**
 * Slows down threads that read or write rows, in addition to the {@linkplain RequestLimits rates}.
 * Thread-safe.
 */
@FunctionalInterface
public interface Throttle {

  /** Never waits. */
  Throttle FREE = () -> {};

  /**
   * Waits as long as the calling thread must. Called for each page or row, so it must be cheap if
   * there is no wait.
   */
  void await() throws InterruptedException;
}
