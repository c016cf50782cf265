package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Sample;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds that nodes refuse requests, or have no time for them. In a healthy run none does. */
final class ServerOverloadDetector implements Detector {

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
