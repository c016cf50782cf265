package io.ringhaul.benchmarks.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The measurements of one way over several runs. */
public final class Samples {

  private long[] nanos = new long[1_024];
  private int count;
  private final List<Double> rates = new ArrayList<>();

  /** Adds the duration of one unit of work. */
  public void add(long duration) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count] = duration;
    count++;
  }

  /** Ends a run with the given number of operations per second. */
  public void endRun(double rate) {
    rates.add(rate);
  }

  public int count() {
    return count;
  }

  /** Returns a percentile of the durations of all runs in milliseconds. */
  public double percentile(double percent) {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int at = (int) Math.ceil(percent / 100 * count) - 1;
    return count == 0 ? 0 : sorted[Math.max(0, at)] / 1e6;
  }

  /** Returns the median rate of the runs. */
  public double medianRate() {
    return Medians.of(rates.stream().mapToDouble(Double::doubleValue));
  }

  public double leastRate() {
    return rates.stream().mapToDouble(Double::doubleValue).min().orElse(0);
  }

  public double mostRate() {
    return rates.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }
}
