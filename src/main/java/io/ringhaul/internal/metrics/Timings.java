package io.ringhaul.internal.metrics;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Durations, recorded by any threads without a lock and read by one thread, interval by interval.
 * Kept in microseconds to two significant digits; what takes longer than an hour counts as an hour.
 */
public final class Timings {

  private static final int SIGNIFICANT_DIGITS = 2;
  private static final long MOST_MICROS = TimeUnit.HOURS.toMicros(1);

  /** Grows with its values: most take milliseconds, and there are many of these. */
  private final Recorder recorder = new Recorder(SIGNIFICANT_DIGITS);

  private @Nullable Histogram last;

  Timings() {}

  void record(long nanos) {
    long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
    recorder.recordValue(Math.max(0, Math.min(MOST_MICROS, micros)));
  }

  /**
   * What was recorded since the call before, in microseconds. Good until the next call; to be
   * called by one thread.
   */
  public Histogram next() {
    last = recorder.getIntervalHistogram(last);
    return last;
  }
}
