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

  /**
   * Rule: a node rejected a request as overloaded or timed out. In a healthy run there are no such
   * answers.
   */
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
      List<NodeSample> rejecting =
          sample.nodes().stream().filter(node -> node.overloads() > 0).toList();
      String where =
          rejecting.stream()
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
                  "nodes", (double) rejecting.size(),
                  "inFlight", (double) sample.inFlight(),
                  "inFlightBound", (double) sample.inFlightBound()),
              FigureText.of(
                  "The cluster rejected or timed out %,d requests of the last second%s, with %d in"
                      + " flight.",
                  sample.overloads(), where, sample.inFlight()),
              FigureText.of(
                  "Use fewer requests in flight (the current bound is %d), or smaller batches or"
                      + " pages.",
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
   * Rule: at least 5 % of the requests fail, and at least three times the usual share. Overloads do
   * not count here. The share counts and not the number: retries wait longer and longer, so that
   * even a total failure produces few errors a second.
   */
  static final class ErrorSpikeDetector implements Detector {

    /** One request in twenty. */
    private static final double SHARE = 0.05;

    /** Compared with the usual share, for clusters where some requests always fail. */
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
                  "%d %% of the requests of the last second failed (%,d)%s.",
                  FigureText.percent(share),
                  errors,
                  worst.map(node -> ", most of them at " + node.node()).orElse("")),
              "Check that all nodes are up and reach one another, and read their logs. Failed"
                  + " requests are retried; the job fails only if every attempt fails."));
    }
  }

  /**
   * Rule: the median latency of a node, or of the cluster, exceeds three times its usual 90th
   * percentile, and its usual median by 250 ms. While requests are in flight and none is answered,
   * the time since the last answer counts instead, and must exceed the usual median by 1.5 s.
   */
  static final class LatencySpikeDetector implements Detector {

    /** From one part of a table to another, page sizes and so latencies differ by less. */
    private static final double FACTOR = 3;

    /** Smaller differences do not matter and are partly due to the scheduling of this machine. */
    private static final double LEAST_MILLIS = 250;

    /** A silence of this length is not chance. */
    private static final double SILENCE_MILLIS = 1_500;

    /** The latencies of one node, or of the cluster. */
    private static final class Answers {
      private final Baseline usual = new Baseline();
      private double silentMillis;

      /**
       * The median latency; while requests are in flight and none was answered, the time since the
       * last answer.
       */
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
      // The cluster's detection only repeats those of the nodes. Without these, the node that holds
      // the requests in flight is unknown.
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
      // A job that starts or ends reads other data: uncached, or of other tables.
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
      String subject =
          component.equals("cluster") ? "The cluster" : "Node " + component.substring(5);
      double usual = answers.usual.median();
      return new Detection(
          component,
          Map.of("p50Millis", millis, "usualP50Millis", usual, "inFlight", (double) inFlight),
          answers.silentMillis > 0
              ? FigureText.of(
                  "%s has not answered for %.0f s; the usual latency is %.0f ms.",
                  subject, millis / 1e3, usual)
              : FigureText.of(
                  "%s has a median latency of %.0f ms; the usual latency is %.0f ms.",
                  subject, millis, usual),
          "Check the nodes for other load (compactions, repairs, garbage collection, other"
              + " clients), and the network. The job continues by itself when the nodes recover.");
    }
  }

  /**
   * Rule: one node has at least three times the requests in flight and twice the latency of the
   * other nodes, or eight times their latency, so that its token ranges will be the last to end.
   * Only the slowest such node is reported.
   */
  static final class ReplicaSkewDetector implements Detector {

    /** Compared with the median of the other nodes. */
    private static final double IN_FLIGHT_FACTOR = 3;

    private static final double LATENCY_FACTOR = 2;

    /** Fewer requests in flight are chance. */
    private static final int LEAST_IN_FLIGHT = 4;

    /** Lower latencies do not matter. */
    private static final double LEAST_MILLIS = 20;

    /**
     * Latency alone, compared with the median of the other nodes: where each worker asks one node
     * after another, a slow node need not have more requests in flight.
     */
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
      // The latency of a node without answers is unknown, not zero.
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
      // A very slow node answers seldom, and then the requests that wait for it count too.
      boolean isKnown =
          node.latency().count() >= LEAST_ANSWERS
              || (node.latency().count() > 0 && node.inFlight() >= LEAST_IN_FLIGHT);
      return isKnown && millis(node) >= Math.max(ALONE_MILLIS, ALONE_FACTOR * usualMillis);
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
              "Node %s has %d requests in flight and a latency of %.0f ms; the other nodes have"
                  + " %.0f and %.0f ms.",
              node.node(), node.inFlight(), millis(node), usualInFlight, usualMillis),
          "Check that node for other load (compactions, repairs, its disk, other clients). A limit"
              + " on the requests of one node (maxInFlightPerNode) moves part of its requests to"
              + " other replicas.");
    }
  }

  /**
   * Rule: another job sends requests to the same nodes, and the median latency of this job is above
   * 1.3 times, or its rate of rows below 0.75 times, its value while it ran alone. A job that never
   * ran alone for long enough has no baseline and is not reported.
   */
  static final class ContentionDetector implements Detector {

    /** Normal variation is smaller. */
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
          // A job at a low rate has seconds without answers, which have no latency.
          if (sample.latency().count() > 0) {
            millisAlone.add(sample.latency().p50Millis());
          }
          rowsAlone.add(sample.rowsPerSecond());
        }
        return List.of();
      }
      return pays(sample) ? List.of(detection(sample, shared, others)) : List.of();
    }

    private boolean pays(Sample sample) {
      boolean isLater =
          sample.latency().count() > 0
              && sample.latency().p50Millis() > LATER * millisAlone.median();
      return millisAlone.isKnown()
          && (isLater || sample.rowsPerSecond() < SLOWER * rowsAlone.median());
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
              "%s also used by %s, which slows down each of the jobs.",
              shared.size() == 1
                  ? "Node " + shared.iterator().next() + " is"
                  : shared.size() + " nodes of this job are",
              String.join(", ", others)),
          "Run the jobs one after the other, limit the requests of each (parallelism,"
              + " maxInFlightPerNode), or, in one process, give the more important job the higher"
              + " priority.");
    }
  }
}
