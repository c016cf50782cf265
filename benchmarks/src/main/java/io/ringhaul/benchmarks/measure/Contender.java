package io.ringhaul.benchmarks.measure;

/** One way of doing the work of a contest. */
@FunctionalInterface
public interface Contender {

  /** Does the work once and deletes its result before the next run. */
  Measurement run() throws Exception;
}
