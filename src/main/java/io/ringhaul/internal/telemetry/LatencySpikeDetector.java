package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Latency;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds that nodes answer much later than they used to, or not at all: while requests are under way
 * and none is answered, their latency is at least the time since the last answer.
 */
final class LatencySpikeDetector implements Detector {

  /** Pages, and so their times, differ by less than this from one part of a table to another. */
  private static final double FACTOR = 3;

  /** Below that nobody minds, and the machine's own scheduler is a part of it. */
  private static final double LEAST_MILLIS = 250;

  /** A silence that is no mere chance, whatever was usual. */
  private static final double SILENCE_MILLIS = 1_500;

  /** What is known of the answers of one node, or of all. */
  private static final class Answers {
    private final Baseline usual = new Baseline();
    private double silentMillis;

    /** Whether there is news of it, at last or for too long. */
    private double millis(Latency latency, int inFlight, double seconds) {
      boolean silent = latency.count() == 0 && inFlight > 0;
      silentMillis = silent ? silentMillis + seconds * 1e3 : 0;
      return silent ? silentMillis : latency.p50Millis();
    }

    private boolean isLate(double millis) {
      return usual.isKnown()
          && millis > FACTOR * usual.high()
          && millis > usual.median() + (silentMillis > 0 ? SILENCE_MILLIS : LEAST_MILLIS);
    }
  }

  private final Map<String, Answers> nodes = new HashMap<>();
  private final Answers all = new Answers();

  @Override
  public BottleneckKind kind() {
    return BottleneckKind.LATENCY_SPIKE;
  }

  @Override
  public Persistence persistence() {
    return Persistence.LASTING;
  }

  @Override
  public List<Detection> look(Sample sample, SteadyState steadyState) {
    Set<String> present = sample.nodes().stream().map(NodeSample::node).collect(Collectors.toSet());
    nodes.keySet().retainAll(present);
    List<Detection> detections = new ArrayList<>();
    for (NodeSample each : sample.nodes()) {
      Answers answers = nodes.computeIfAbsent(each.node(), name -> new Answers());
      Detection detection =
          look(
              "node:" + each.node(), answers, each.latency(), each.inFlight(), sample, steadyState);
      if (detection != null) {
        detections.add(detection);
      }
    }
    Detection ofAll =
        look("cluster", all, sample.latency(), sample.inFlight(), sample, steadyState);
    // It says what the nodes say, unless no node is known to have the requests under way.
    if (ofAll != null && detections.isEmpty()) {
      detections.add(ofAll);
    }
    return detections;
  }

  private static @Nullable Detection look(
      String component,
      Answers answers,
      Latency latency,
      int inFlight,
      Sample sample,
      SteadyState steadyState) {
    if (steadyState.isAnew()) {
      answers.usual.clear();
    }
    double millis = answers.millis(latency, sample.paused() ? 0 : inFlight, sample.seconds());
    // While it begins or ends it reads what nobody has read before, or something else.
    if (steadyState.isAtStrength() && answers.isLate(millis)) {
      answers.usual.skip();
      return detection(component, answers, millis, inFlight);
    }
    if (steadyState.isAtStrength() && latency.count() > 0) {
      answers.usual.add(millis);
    }
    return null;
  }

  private static Detection detection(
      String component, Answers answers, double millis, int inFlight) {
    String who = component.equals("cluster") ? "The cluster" : "Node " + component.substring(5);
    double usual = answers.usual.median();
    return new Detection(
        component,
        Map.of("p50Millis", millis, "usualP50Millis", usual, "inFlight", (double) inFlight),
        answers.silentMillis > 0
            ? FigureText.of(
                "%s has not answered for %.0f s; answers used to take %.0f ms.",
                who, millis / 1e3, usual)
            : FigureText.of(
                "%s takes %.0f ms for an answer (median) where it used to take %.0f ms.",
                who, millis, usual),
        "Look at what else the nodes do (compactions, repairs, collections of their heap, other"
            + " clients), and at the network to them; the job goes on by itself when they"
            + " recover.");
  }
}
