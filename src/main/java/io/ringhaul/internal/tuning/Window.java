package io.ringhaul.internal.tuning;

import java.util.ArrayDeque;
import java.util.Deque;

/** The rows per second of the last samples, all with the same settings. */
final class Window {

  private final int most;
  private final Deque<Double> values = new ArrayDeque<>();

  /**
   * @param most maximum number of samples
   */
  Window(int most) {
    this.most = most;
  }

  void add(double value) {
    values.addLast(value);
    if (values.size() > most) {
      values.removeFirst();
    }
  }

  int count() {
    return values.size();
  }

  /** The mean; 0 if there are none. */
  double mean() {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /** The last sample; 0 if there is none. */
  double last() {
    return values.isEmpty() ? 0 : values.getLast();
  }

  /** Removes all but the last samples. */
  void keepLast(int count) {
    while (values.size() > count) {
      values.removeFirst();
    }
  }
}
