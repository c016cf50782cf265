package io.ringhaul.benchmarks.measure;

import java.util.stream.DoubleStream;

/** The middle of several figures. */
public final class Medians {

  private Medians() {}

  /** The middle one, or the mean of the two in the middle; not a number if there are none. */
  public static double of(DoubleStream figures) {
    double[] sorted = figures.sorted().toArray();
    int half = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
