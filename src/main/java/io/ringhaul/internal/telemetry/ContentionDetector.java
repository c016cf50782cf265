package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Sample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Finds that another job asks the same nodes, and that this one pays for it: its answers come later
 * or its rows pass more slowly than while it was alone. A job that never was alone for long enough
 * has nothing to compare with, and is not said to pay.
 */
final class ContentionDetector implements Detector {

  /** What varies by itself is less. */
  private static final double LATER = 1.3;

  private static final double SLOWER = 0.75;

  private final JobsUnderWay.Registration registration;
  private final Baseline millisAlone = new Baseline();
  private final Baseline rowsAlone = new Baseline();

  ContentionDetector(JobsUnderWay.Registration registration) {
    this.registration = registration;
  }

  @Override
  public BottleneckKind kind() {
    return BottleneckKind.CONTENTION;
  }

  @Override
  public List<Detection> look(Sample sample, SteadyState steadyState) {
    Set<String> asked =
        sample.nodes().stream()
            .filter(node -> node.latency().count() > 0 || node.inFlight() > 0)
            .map(NodeSample::node)
            .collect(Collectors.toSet());
    registration.asks(sample.paused() ? Set.of() : asked);
    if (steadyState.isAnew()) {
      millisAlone.clear();
      rowsAlone.clear();
    }
    Set<String> shared = new TreeSet<>();
    List<String> others = new ArrayList<>();
    for (JobsUnderWay.Load other : registration.others()) {
      Set<String> both = new TreeSet<>(asked);
      both.retainAll(other.nodes());
      if (!both.isEmpty()) {
        shared.addAll(both);
        others.add(other.job());
      }
    }
    Collections.sort(others);
    if (shared.isEmpty()) {
      if (steadyState.isAtStrength()) {
        millisAlone.add(sample.latency().p50Millis());
        rowsAlone.add(sample.rowsPerSecond());
      }
      return List.of();
    }
    return pays(sample) ? List.of(detection(sample, shared, others)) : List.of();
  }

  private boolean pays(Sample sample) {
    return millisAlone.isKnown()
        && (sample.latency().p50Millis() > LATER * millisAlone.median()
            || sample.rowsPerSecond() < SLOWER * rowsAlone.median());
  }

  private Detection detection(Sample sample, Set<String> shared, List<String> others) {
    return new Detection(
        shared.size() == 1 ? "node:" + shared.iterator().next() : "cluster",
        Map.of(
            "sharedNodes", (double) shared.size(),
            "otherJobs", (double) others.size(),
            "p50Millis", sample.latency().p50Millis(),
            "p50MillisAlone", millisAlone.median(),
            "rowsPerSecond", sample.rowsPerSecond(),
            "rowsPerSecondAlone", rowsAlone.median()),
        FigureText.of(
            "%s asked by %s as well, and each of them gets less.",
            shared.size() == 1
                ? "Node " + shared.iterator().next() + " is"
                : shared.size() + " nodes that this job asks are",
            String.join(", ", others)),
        "Run the jobs one after the other, bound the requests of each (parallelism,"
            + " maxInFlightPerNode), or, in one process, give the one that matters the higher"
            + " priority.");
  }
}
