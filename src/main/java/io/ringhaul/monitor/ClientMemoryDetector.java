package io.ringhaul.monitor;

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
  public FindingKind kind() {
    return FindingKind.CLIENT_MEMORY;
  }

  @Override
  public List<Symptom> look(Sample sample, Course course) {
    ProcessSample process = sample.process();
    double kept = process.keptShare();
    if (kept < FULL && process.gcShare() < COLLECTING) {
      return List.of();
    }
    return List.of(
        new Symptom(
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
            Words.of(
                "After a collection %d %% of the heap of %.0f MiB is in use, and collections stop"
                    + " the process for %d %% of the time.",
                Words.percent(kept),
                Words.mebibytes((double) process.heapMax()),
                Words.percent(process.gcShare())),
            "Give the process a larger heap (-Xmx), or have fewer requests in flight and smaller"
                + " pages.",
            proposal(sample)));
  }

  private static Optional<Finding.Proposal> proposal(Sample sample) {
    return Proposals.half(sample, Tunable.PAGE_BYTES)
        .or(() -> Proposals.half(sample, Tunable.PAGE_ROWS))
        .or(() -> Proposals.half(sample, Tunable.IN_FLIGHT));
  }
}
