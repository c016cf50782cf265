package io.ringhaul.monitor;

/** Hears of each sample of a job. */
@FunctionalInterface
public interface SampleListener {

  /** A sample was taken, on the monitor's thread; must not block. */
  void sampled(Sample sample);
}
