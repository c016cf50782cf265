package io.ringhaul.internal.tuning;

import java.util.ArrayDeque;
import java.util.Deque;

/** The rows per second of the last few samples, all taken with the same settings. */
final class Window {

  private final int most;
  private final Deque<Double> values = new ArrayDeque<>();

  /**
   * @param most so many are kept
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

  /** Their mean; 0 if there are none. */
  double mean() {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /** The last of them; 0 if there are none. */
  double last() {
    return values.isEmpty() ? 0 : values.getLast();
  }

  /** Keeps the last few alone. */
  void keepLast(int count) {
    while (values.size() > count) {
      values.removeFirst();
    }
  }
}
