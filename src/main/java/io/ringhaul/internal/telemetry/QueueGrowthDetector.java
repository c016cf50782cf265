package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Finds that more is read than written. A queue that is full is no bottleneck by itself, since one
 * side is always faster than the other; one that holds the work of many seconds, and does not get
 * shorter, is.
 */
final class QueueGrowthDetector implements Detector {

  /** Who keeps up has the work of far less than one second before him. */
  private static final double LONG_SECONDS = 3;

  /** Looked at together, as a queue is emptied in lumps. */
  private static final int WINDOW = 4;

  /** An import whose requests are all under way waits for the cluster, and not for its limits. */
  private static final double ALL_UNDER_WAY = 0.9;

  /** Workers of an export that wait more than this wait for pages, or for its limits. */
  private static final double MOST_WAIT = 0.5;

  private record Moment(long queued, double drained) {}

  private final OperationKind work;
  private final Deque<Moment> window = new ArrayDeque<>();

  QueueGrowthDetector(OperationKind work) {
    this.work = work;
  }

  @Override
  public BottleneckKind kind() {
    return BottleneckKind.QUEUE_GROWTH;
  }

  @Override
  public List<Detection> look(Sample sample, SteadyState steadyState) {
    // Statements are as good as rows; in an export, a page waits for each request.
    double drained =
        work == OperationKind.IMPORT
            ? sample.rowsPerSecond() * sample.seconds()
            : sample.requests();
    window.addLast(new Moment(sample.queued(), drained));
    if (window.size() > WINDOW) {
      window.removeFirst();
    }
    if (sample.paused() || window.size() < WINDOW || !isReadFaster(sample)) {
      return List.of();
    }
    double perSecond = window.stream().mapToDouble(Moment::drained).sum() / WINDOW;
    double wait = sample.queued() / Math.max(1e-9, perSecond);
    long before = window.getFirst().queued();
    if (sample.queued() == 0 || sample.queued() < before || wait < LONG_SECONDS) {
      return List.of();
    }
    return List.of(detection(sample, before, perSecond));
  }

  private boolean isReadFaster(Sample sample) {
    return work == OperationKind.IMPORT
        ? sample.inFlightBound() > 0 && sample.inFlight() >= ALL_UNDER_WAY * sample.inFlightBound()
        : StageTimes.of(sample.stages()).share(Stage.WAIT) <= MOST_WAIT;
  }

  private Detection detection(Sample sample, long before, double perSecond) {
    boolean imports = work == OperationKind.IMPORT;
    return new Detection(
        "queue",
        Map.of(
            "queued", (double) sample.queued(),
            "queuedBefore", (double) before,
            "drainedPerSecond", perSecond),
        FigureText.of(
            "%,d %s wait, and %,.1f are written in a second.",
            sample.queued(), imports ? "statements" : "pages", perSecond),
        imports
            ? "The cluster takes rows more slowly than the source gives them: look at its load, or"
                + " let the import run with fewer requests in flight."
            : "The target takes rows more slowly than the cluster gives them: write to a faster"
                + " one, or with more workers.");
  }
}
