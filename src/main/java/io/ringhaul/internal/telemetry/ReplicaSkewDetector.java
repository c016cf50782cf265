package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Sample;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * Finds that one node is slower than the others, and has far more of the job's requests for that,
 * or is slower by so much that its part will be the last to be done.
 */
final class ReplicaSkewDetector implements Detector {

  /** Against the median of the other nodes, in flight and in latency. */
  private static final double IN_FLIGHT_FACTOR = 3;

  private static final double LATENCY_FACTOR = 2;

  /** Fewer are chance. */
  private static final int LEAST_IN_FLIGHT = 4;

  /** Below that nobody minds. */
  private static final double LEAST_MILLIS = 20;

  /** Where each worker asks one node after another, slow ones need not have more requests. */
  private static final double ALONE_FACTOR = 8;

  private static final double ALONE_MILLIS = 100;

  /** The median of fewer answers is chance. */
  private static final int LEAST_ANSWERS = 3;

  @Override
  public BottleneckKind kind() {
    return BottleneckKind.SKEW;
  }

  @Override
  public Persistence persistence() {
    return Persistence.LONG;
  }

  @Override
  public List<Detection> look(Sample sample, SteadyState steadyState) {
    if (sample.nodes().size() < 2 || !steadyState.isAtStrength()) {
      return List.of();
    }
    return sample.nodes().stream()
        .sorted(Comparator.comparingDouble(ReplicaSkewDetector::millis).reversed())
        .flatMap(node -> look(node, sample.nodes()).stream())
        .limit(1)
        .toList();
  }

  private static Optional<Detection> look(NodeSample node, List<NodeSample> all) {
    List<NodeSample> others =
        all.stream().filter(each -> !each.node().equals(node.node())).toList();
    double usualInFlight = median(others.stream().mapToDouble(NodeSample::inFlight));
    // A node without an answer is not one that answers at once.
    double[] answered =
        others.stream()
            .filter(other -> other.latency().count() >= LEAST_ANSWERS)
            .mapToDouble(ReplicaSkewDetector::millis)
            .toArray();
    double usualMillis = median(Arrays.stream(answered));
    boolean isSkewed =
        isCrowded(node, usualMillis, usualInFlight)
            || (answered.length > 0 && isFarSlower(node, usualMillis));
    return isSkewed ? Optional.of(detection(node, usualMillis, usualInFlight)) : Optional.empty();
  }

  private static double millis(NodeSample node) {
    return node.latency().p50Millis();
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }

  private static boolean isCrowded(NodeSample node, double usualMillis, double usualInFlight) {
    return node.inFlight() >= LEAST_IN_FLIGHT
        && node.inFlight() >= IN_FLIGHT_FACTOR * usualInFlight
        && millis(node) >= Math.max(LEAST_MILLIS, LATENCY_FACTOR * usualMillis);
  }

  private static boolean isFarSlower(NodeSample node, double usualMillis) {
    return node.latency().count() >= LEAST_ANSWERS
        && millis(node) >= Math.max(ALONE_MILLIS, ALONE_FACTOR * usualMillis);
  }

  private static Detection detection(NodeSample node, double usualMillis, double usualInFlight) {
    return new Detection(
        "node:" + node.node(),
        Map.of(
            "inFlight",
            (double) node.inFlight(),
            "usualInFlight",
            usualInFlight,
            "p50Millis",
            millis(node),
            "usualP50Millis",
            usualMillis),
        FigureText.of(
            "Node %s has %d requests in flight and takes %.0f ms for an answer, where other nodes"
                + " have %.0f and take %.0f ms.",
            node.node(), node.inFlight(), millis(node), usualInFlight, usualMillis),
        "Look at what holds that node up (compactions, repairs, its disk, other clients). A bound"
            + " on the requests of one node (maxInFlightPerNode) lets other replicas take a part"
            + " of its work.");
  }
}
