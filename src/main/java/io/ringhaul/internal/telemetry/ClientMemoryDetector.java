package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Sample;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds that the heap is nearly full, or that the collector takes too much of the time. */
final class ClientMemoryDetector implements Detector {

  /** What is left of the heap after a collection is too little for pages and files to come. */
  private static final double FULL = 0.9;

  /** Twice what the usual collector allows itself by its default (one part in thirteen). */
  private static final double COLLECTING = 0.15;

  @Override
  public BottleneckKind kind() {
    return BottleneckKind.CLIENT_MEMORY;
  }

  @Override
  public List<Detection> look(Sample sample, SteadyState steadyState) {
    ProcessSample process = sample.process();
    double kept = process.keptShare();
    if (kept < FULL && process.gcShare() < COLLECTING) {
      return List.of();
    }
    return List.of(
        new Detection(
            "heap",
            Map.of(
                "heapAfterGcShare",
                kept,
                "gcShare",
                process.gcShare(),
                "gcPauseMillis",
                process.gcPauseMillis(),
                "heapMaxBytes",
                (double) process.heapMax()),
            FigureText.of(
                "After a collection %d %% of the heap of %.0f MiB is in use, and collections stop"
                    + " the process for %d %% of the time.",
                FigureText.percent(kept),
                FigureText.mebibytes((double) process.heapMax()),
                FigureText.percent(process.gcShare())),
            "Give the process a larger heap (-Xmx), or have fewer requests in flight and smaller"
                + " pages.",
            proposal(sample)));
  }

  private static Optional<Bottleneck.Proposal> proposal(Sample sample) {
    return Proposals.half(sample, Tunable.PAGE_BYTES)
        .or(() -> Proposals.half(sample, Tunable.PAGE_ROWS))
        .or(() -> Proposals.half(sample, Tunable.IN_FLIGHT));
  }
}
