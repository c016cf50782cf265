package io.ringhaul.monitor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Finds that one node has far more of the job's requests than the others, and is slower. */
final class ReplicaSkewDetector implements Detector {

  /** Against the median of the other nodes, in flight and in latency. */
  private static final double IN_FLIGHT_FACTOR = 3;

  private static final double LATENCY_FACTOR = 2;

  /** Fewer are chance. */
  private static final int LEAST_IN_FLIGHT = 4;

  /** Below that nobody minds. */
  private static final double LEAST_MILLIS = 20;

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
    nodes.sort(Comparator.comparingInt(NodeSample::inFlight));
    NodeSample most = nodes.remove(nodes.size() - 1);
    NodeSample usual = nodes.get(nodes.size() / 2);
    double others =
        nodes.stream()
            .map(NodeSample::latency)
            .mapToDouble(Latency::p50Millis)
            .sorted()
            .toArray()[nodes.size() / 2];
    double millis = most.latency().p50Millis();
    if (most.inFlight() < LEAST_IN_FLIGHT
        || most.inFlight() < IN_FLIGHT_FACTOR * usual.inFlight()
        || millis < Math.max(LEAST_MILLIS, LATENCY_FACTOR * others)) {
      return List.of();
    }
    return List.of(
        new Symptom(
            "node:" + most.node(),
            Map.of(
                "inFlight",
                (double) most.inFlight(),
                "usualInFlight",
                (double) usual.inFlight(),
                "p50Millis",
                millis,
                "usualP50Millis",
                others),
            Words.of(
                "Node %s has %d requests in flight and takes %.0f ms for an answer, where other"
                    + " nodes have %d and take %.0f ms.",
                most.node(), most.inFlight(), millis, usual.inFlight(), others),
            "Bound the requests of one node (maxInFlightPerNode), which lets other replicas take"
                + " its part, or divide the work into more tasks (splitCount, --splits)."));
  }
}
