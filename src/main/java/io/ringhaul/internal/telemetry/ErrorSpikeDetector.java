package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Sample;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds that requests fail more often than they used to. Overloads are counted apart. As requests
 * that failed pause for longer and longer, few errors in a second may be all that happens: what
 * counts is their share.
 */
final class ErrorSpikeDetector implements Detector {

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
