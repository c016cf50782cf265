package io.ringhaul.monitor;

/** Receives each sample of a job. */
@FunctionalInterface
public interface SampleListener {

  /** Called with each sample, on the monitor's thread; must not block. */
  void sampled(Sample sample);
}
