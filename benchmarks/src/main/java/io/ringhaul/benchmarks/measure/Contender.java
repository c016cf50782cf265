package io.ringhaul.benchmarks.measure;

/** One way of doing the work of a contest. */
@FunctionalInterface
public interface Contender {

  /** Does the whole work once; what it leaves behind is removed before it is asked again. */
  Measurement run() throws Exception;
}
