package io.ringhaul.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A linear axis from 0 with round numbers as ticks.
 *
 * @param from the coordinate of 0
 * @param to the coordinate of the largest figure, which is the last tick
 */
record Axis(double largest, double step, double from, double to) {

  private static final int MOST_TICKS = 8;
  private static final double[] STEPS = {1, 2, 2.5, 5, 10};

  /** Returns an axis that includes the given figure. */
  static Axis upTo(double figure, double from, double to) {
    double needed = Double.isFinite(figure) && figure > 0 ? figure : 1;
    double power = Math.pow(10, Math.floor(Math.log10(needed / MOST_TICKS)));
    double step = power;
    for (double candidate : STEPS) {
      step = candidate * power;
      if (Math.ceil(needed / step) <= MOST_TICKS) {
        break;
      }
    }
    return new Axis(Math.ceil(needed / step) * step, step, from, to);
  }

  /** Returns the coordinate of a figure; NaN is at 0. */
  double at(double figure) {
    return Double.isFinite(figure) ? from + (to - from) * figure / largest : from;
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; i * step <= largest + step / 2; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** Returns the label of a tick with as many decimals as the step needs. */
  String label(double tick) {
    int decimals = 0;
    for (double rest = step; decimals < 4 && Math.abs(rest - Math.rint(rest)) > 1e-6; rest *= 10) {
      decimals++;
    }
    return String.format(Locale.ROOT, "%,." + decimals + "f", tick);
  }
}
