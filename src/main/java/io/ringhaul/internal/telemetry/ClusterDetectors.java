package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Latency;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Detectors of bottlenecks at the nodes of the cluster. */
final class ClusterDetectors {

  private ClusterDetectors() {}

  /** Finds that nodes refuse requests, or have no time for them. In a healthy run none does. */
  static final class ServerOverloadDetector implements Detector {

    @Override
    public BottleneckKind kind() {
      return BottleneckKind.SERVER_OVERLOAD;
    }

    @Override
    public Persistence persistence() {
      return Persistence.RARE;
    }

    @Override
    public List<Detection> look(Sample sample, SteadyState steadyState) {
      if (sample.overloads() == 0) {
        return List.of();
      }
      List<NodeSample> refusing =
          sample.nodes().stream().filter(node -> node.overloads() > 0).toList();
      String where =
          refusing.stream()
              .max(Comparator.comparingLong(NodeSample::overloads))
              .map(node -> ", most of them at " + node.node())
              .orElse("");
      double share = (double) sample.overloads() / Math.max(1, sample.requests() + sample.errors());
      return List.of(
          new Detection(
              "cluster",
              Map.of(
                  "overloads", (double) sample.overloads(),
                  "overloadShare", share,
                  "nodes", (double) refusing.size(),
                  "inFlight", (double) sample.inFlight(),
                  "inFlightBound", (double) sample.inFlightBound()),
              FigureText.of(
                  "The cluster refused %,d requests of the last second or answered them too late%s,"
                      + " with %d in flight.",
                  sample.overloads(), where, sample.inFlight()),
              FigureText.of(
                  "Have fewer requests in flight: %d go for now, and smaller batches or pages ask"
                      + " less of each.",
                  Math.max(1, sample.inFlightBound())),
              proposal(sample)));
    }

    private static Optional<Bottleneck.Proposal> proposal(Sample sample) {
      long bound = Math.max(1, sample.inFlightBound());
      return Proposals.most(sample, Tunable.IN_FLIGHT, bound)
          .or(() -> Proposals.half(sample, Tunable.IN_FLIGHT));
    }
  }

  /**
   * Finds that requests fail more often than they used to. Overloads are counted apart. As requests
   * that failed pause for longer and longer, few errors in a second may be all that happens: what
   * counts is their share.
   */
  static final class ErrorSpikeDetector implements Detector {

    /** One request in twenty. */
    private static final double SHARE = 0.05;

    /** So many times the usual share, where some requests always fail. */
    private static final double FACTOR = 3;

    private final Baseline usual = new Baseline();

    @Override
    public BottleneckKind kind() {
      return BottleneckKind.ERROR_SPIKE;
    }

    @Override
    public Persistence persistence() {
      return Persistence.RARE;
    }

    @Override
    public List<Detection> look(Sample sample, SteadyState steadyState) {
      long errors = sample.errors() - sample.overloads();
      double share = (double) errors / Math.max(1, sample.requests() + sample.errors());
      if (errors <= 0 || share < SHARE || share < FACTOR * usual.median()) {
        usual.add(Math.max(0, share));
        return List.of();
      }
      usual.skip();
      Optional<NodeSample> worst =
          sample.nodes().stream()
              .filter(node -> node.errors() > 0)
              .max(Comparator.comparingLong(NodeSample::errors));
      return List.of(
          new Detection(
              "cluster",
              Map.of(
                  "errors",
                  (double) errors,
                  "errorShare",
                  share,
                  "usualErrorShare",
                  usual.median(),
                  "retries",
                  (double) sample.retries()),
              FigureText.of(
                  "%,d requests of the last second failed (%d %%)%s.",
                  errors,
                  FigureText.percent(share),
                  worst.map(node -> ", most of them at " + node.node()).orElse("")),
              "Look whether all nodes are up and reach one another, and at their logs; requests are"
                  + " sent again, and the job fails only if they fail each time."));
    }
  }

  /**
   * Finds that nodes answer much later than they used to, or not at all: while requests are under
   * way and none is answered, their latency is at least the time since the last answer.
   */
  static final class LatencySpikeDetector implements Detector {

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
      Set<String> present =
          sample.nodes().stream().map(NodeSample::node).collect(Collectors.toSet());
      nodes.keySet().retainAll(present);
      List<Detection> detections = new ArrayList<>();
      for (NodeSample each : sample.nodes()) {
        Answers answers = nodes.computeIfAbsent(each.node(), name -> new Answers());
        Detection detection =
            look(
                "node:" + each.node(),
                answers,
                each.latency(),
                each.inFlight(),
                sample,
                steadyState);
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

  /**
   * Finds that one node is slower than the others, and has far more of the job's requests for that,
   * or is slower by so much that its part will be the last to be done.
   */
  static final class ReplicaSkewDetector implements Detector {

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

  /**
   * Finds that another job asks the same nodes, and that this one pays for it: its answers come
   * later or its rows pass more slowly than while it was alone. A job that never was alone for long
   * enough has nothing to compare with, and is not said to pay.
   */
  static final class ContentionDetector implements Detector {

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
}
