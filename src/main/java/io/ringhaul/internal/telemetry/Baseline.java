package io.ringhaul.internal.telemetry;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The usual value of a figure: the median of the last usual samples. An unusual sample does not
 * move the median, so that a lasting deviation remains visible; after a long deviation the baseline
 * starts anew.
 */
final class Baseline {

  /**
   * One minute: long compared with a deviation to detect, short compared with how the rows of a
   * table change.
   */
  private static final int WINDOW = 60;

  /** With fewer samples the baseline is unknown. */
  private static final int LEAST = 5;

  /** After this many unusual samples in a row, the deviation is the new normal. */
  private static final int NEW_USUAL = 120;

  private final Deque<Double> usual = new ArrayDeque<>();
  private int unusual;

  /** Adds a usual sample. */
  void add(double value) {
    unusual = 0;
    usual.addLast(value);
    if (usual.size() > WINDOW) {
      usual.removeFirst();
    }
  }

  /** Counts an unusual sample, without its value. */
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

  double median() {
    return quantile(0.5);
  }

  /** The 10th percentile of the usual samples. */
  double low() {
    return quantile(0.1);
  }

  /** The 90th percentile of the usual samples. */
  double high() {
    return quantile(0.9);
  }

  private double quantile(double share) {
    double[] sorted = usual.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[(int) Math.round(share * (sorted.length - 1))];
  }
}
