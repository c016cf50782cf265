package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Finds that rows pass much more slowly than they used to. Both rows and bytes must have dropped:
 * where rows are larger there are fewer of them in a second, and nothing is wrong.
 */
final class ThroughputDropDetector implements Detector {

  /** Less than half; less than this varies with the table. */
  private static final double FACTOR = 0.4;

  /**
   * The median of so many counts: pages and ranges end in lumps, so that a single second tells
   * little, and what disturbs one or two of them does not last.
   */
  private static final int SMOOTHED = 3;

  private record Rates(double rows, double bytes) {}

  private final Deque<Rates> last = new ArrayDeque<>();
  private final Baseline rows = new Baseline();
  private final Baseline bytes = new Baseline();

  @Override
  public BottleneckKind kind() {
    return BottleneckKind.THROUGHPUT_DROP;
  }

  @Override
  public Persistence persistence() {
    return Persistence.LONG;
  }

  @Override
  public List<Detection> look(Sample sample, SteadyState steadyState) {
    if (steadyState.isAnew()) {
      rows.clear();
      bytes.clear();
    }
    if (!steadyState.isAtStrength()) {
      last.clear();
      return List.of();
    }
    last.addLast(new Rates(sample.rowsPerSecond(), sample.bytesPerSecond()));
    if (last.size() > SMOOTHED) {
      last.removeFirst();
    }
    if (last.size() < SMOOTHED) {
      return List.of();
    }
    double rowsNow = middle(Rates::rows);
    double bytesNow = middle(Rates::bytes);
    // A count has next to no bytes.
    boolean dropped =
        rows.isKnown() && isLow(rowsNow, rows) && (bytes.median() == 0 || isLow(bytesNow, bytes));
    if (dropped) {
      rows.skip();
      bytes.skip();
      return List.of(detection(rowsNow, bytesNow));
    }
    rows.add(rowsNow);
    bytes.add(bytesNow);
    return List.of();
  }

  private double middle(ToDoubleFunction<Rates> rate) {
    return last.stream().mapToDouble(rate).sorted().toArray()[SMOOTHED / 2];
  }

  private static boolean isLow(double now, Baseline usual) {
    return now < FACTOR * usual.median() && now < usual.low();
  }

  private Detection detection(double rowsNow, double bytesNow) {
    return new Detection(
        "job",
        Map.of(
            "rowsPerSecond",
            rowsNow,
            "usualRowsPerSecond",
            rows.median(),
            "bytesPerSecond",
            bytesNow,
            "usualBytesPerSecond",
            bytes.median()),
        FigureText.of(
            "%,.0f rows pass in a second where it used to be %,.0f.", rowsNow, rows.median()),
        "Look at the other bottlenecks for the cause; without one, something outside of the job has"
            + " changed: the cluster's load, the network or this machine.");
  }
}
