package io.ringhaul.benchmarks.measure;

import java.util.stream.DoubleStream;

/** Medians of several figures. */
public final class Medians {

  private Medians() {}

  /** Returns the median, interpolated for an even count; NaN without figures. */
  public static double of(DoubleStream figures) {
    double[] sorted = figures.sorted().toArray();
    int half = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
