package io.ringhaul.internal.telemetry;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a figure usually is: the median of the last samples that were as usual. One that is not does
 * not move it, so that what lasts stays unusual; but what has been so for long is the new usual.
 */
final class Baseline {

  /** A minute: long against what is to be noticed, short against how a table's rows change. */
  private static final int WINDOW = 60;

  /** Before that many samples, nothing is usual. */
  private static final int LEAST = 5;

  /** So many samples in a row that are unlike all before: they are not going to pass. */
  private static final int NEW_USUAL = 120;

  private final Deque<Double> usual = new ArrayDeque<>();
  private int unusual;

  /** A sample that is as usual. */
  void add(double value) {
    unusual = 0;
    usual.addLast(value);
    if (usual.size() > WINDOW) {
      usual.removeFirst();
    }
  }

  /** A sample that is not. */
  void skip() {
    if (++unusual >= NEW_USUAL) {
      clear();
    }
  }

  void clear() {
    unusual = 0;
    usual.clear();
  }

  boolean isKnown() {
    return usual.size() >= LEAST;
  }

  /** Half of what is usual is below it. */
  double median() {
    return quantile(0.5);
  }

  /** All that is usual, but for the last tenth at either end. */
  double low() {
    return quantile(0.1);
  }

  double high() {
    return quantile(0.9);
  }

  private double quantile(double share) {
    double[] sorted = usual.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[(int) Math.round(share * (sorted.length - 1))];
  }
}
