package io.ringhaul.benchmarks.measure;

import java.util.stream.DoubleStream;

/** The quartiles of several figures, interpolated between neighbours. */
public record Quartiles(double lower, double median, double upper) {

  /** Returns the quartiles; NaN without figures. */
  public static Quartiles of(DoubleStream figures) {
    double[] sorted = figures.sorted().toArray();
    return new Quartiles(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
  }

  private static double at(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
