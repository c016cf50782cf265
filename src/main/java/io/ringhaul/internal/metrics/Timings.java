package io.ringhaul.internal.metrics;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Durations, recorded by any thread without a lock and read by one thread at intervals. Stored in
 * microseconds with two significant digits; durations above an hour count as an hour.
 */
public final class Timings {

  private static final int SIGNIFICANT_DIGITS = 2;
  private static final long MOST_MICROS = TimeUnit.HOURS.toMicros(1);

  /** Resizes on demand: most values are milliseconds, and there are many recorders. */
  private final Recorder recorder = new Recorder(SIGNIFICANT_DIGITS);

  private @Nullable Histogram last;

  Timings() {}

  void record(long nanos) {
    long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
    recorder.recordValue(Math.max(0, Math.min(MOST_MICROS, micros)));
  }

  /**
   * Returns what was recorded since the previous call, in microseconds. Valid until the next call;
   * for one thread.
   */
  public Histogram next() {
    last = recorder.getIntervalHistogram(last);
    return last;
  }
}
