package io.ringhaul.monitor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

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
  private static final int LEAST_ANSWERS = 5;

  @Override
  public FindingKind kind() {
    return FindingKind.SKEW;
  }

  @Override
  public Persistence persistence() {
    return Persistence.LONG;
  }

  @Override
  public List<Symptom> look(Sample sample, Course course) {
    if (sample.nodes().size() < 2 || !course.isAtStrength()) {
      return List.of();
    }
    List<NodeSample> nodes = new ArrayList<>(sample.nodes());
    nodes.sort(Comparator.comparingDouble(node -> node.latency().p50Millis()));
    NodeSample slowest = nodes.remove(nodes.size() - 1);
    double usualMillis = nodes.get(nodes.size() / 2).latency().p50Millis();
    int usualInFlight =
        nodes.stream().mapToInt(NodeSample::inFlight).sorted().toArray()[nodes.size() / 2];
    return isCrowded(slowest, usualMillis, usualInFlight) || isFarSlower(slowest, usualMillis)
        ? List.of(symptom(slowest, usualMillis, usualInFlight))
        : List.of();
  }

  private static boolean isCrowded(NodeSample node, double usualMillis, int usualInFlight) {
    return node.inFlight() >= LEAST_IN_FLIGHT
        && node.inFlight() >= IN_FLIGHT_FACTOR * usualInFlight
        && node.latency().p50Millis() >= Math.max(LEAST_MILLIS, LATENCY_FACTOR * usualMillis);
  }

  private static boolean isFarSlower(NodeSample node, double usualMillis) {
    return node.latency().count() >= LEAST_ANSWERS
        && node.latency().p50Millis() >= Math.max(ALONE_MILLIS, ALONE_FACTOR * usualMillis);
  }

  private static Symptom symptom(NodeSample node, double usualMillis, int usualInFlight) {
    double millis = node.latency().p50Millis();
    return new Symptom(
        "node:" + node.node(),
        Map.of(
            "inFlight",
            (double) node.inFlight(),
            "usualInFlight",
            (double) usualInFlight,
            "p50Millis",
            millis,
            "usualP50Millis",
            usualMillis),
        Words.of(
            "Node %s has %d requests in flight and takes %.0f ms for an answer, where other nodes"
                + " have %d and take %.0f ms.",
            node.node(), node.inFlight(), millis, usualInFlight, usualMillis),
        "Look at what holds that node up (compactions, repairs, its disk, other clients). A bound"
            + " on the requests of one node (maxInFlightPerNode) lets other replicas take a part"
            + " of its work.");
  }
}
