package io.ringhaul.internal.request;

/** Slows those down who handle rows, beside the {@linkplain RequestLimits rates}. Thread-safe. */
@FunctionalInterface
public interface Throttle {

  /** Slows nobody down. */
  Throttle FREE = () -> {};

  /**
   * Waits as long as the calling thread must before it goes on. Called with each page or row, so it
   * must be cheap where nothing is to be waited for.
   */
  void await() throws InterruptedException;
}
