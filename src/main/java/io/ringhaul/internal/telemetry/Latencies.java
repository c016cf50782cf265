package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Latency;
import org.HdrHistogram.Histogram;

/** Makes latencies of histograms of microseconds. */
final class Latencies {

  private static final double MICROS_PER_MILLI = 1_000;

  private Latencies() {}

  static Latency of(Histogram micros) {
    return micros.getTotalCount() == 0
        ? Latency.NONE
        : new Latency(
            micros.getTotalCount(),
            micros.getValueAtPercentile(50) / MICROS_PER_MILLI,
            micros.getValueAtPercentile(99) / MICROS_PER_MILLI,
            micros.getMaxValue() / MICROS_PER_MILLI);
  }
}
