package io.ringhaul.benchmarks.measure;

import java.util.stream.DoubleStream;

/**
 * Where the middle half of several figures lies.
 *
 * @param lower a quarter of them is below, interpolated between neighbours
 * @param median a half of them is below
 * @param upper a quarter of them is above
 */
public record Quartiles(double lower, double median, double upper) {

  /** Those of some figures; not numbers if there are none. */
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
