package io.ringhaul.cli;

import io.ringhaul.OperationRequest;
import io.ringhaul.internal.tuning.LatencyBound;
import io.ringhaul.limits.TuningMode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether settings are changed while an operation runs, and when it is held back. */
final class TuningOptions {

  @Option(
      names = "--tune",
      paramLabel = "off|advise|adapt",
      description =
          "Whether requests in flight, workers and the size of pages or batches are changed while"
              + " the operation runs: adapt begins with what is set, or with what worked the last"
              + " time, and keeps what makes it faster; advise says what would help. Default:"
              + " advise.")
  private @Nullable TuningMode mode;

  @Option(
      names = "--protect-latency",
      paramLabel = "P99[/TIME]",
      converter = LatencyBoundText.class,
      description =
          "Holds the operation back so that the 99th percentile of a small read beside it, over so"
              + " much time, stays below this, such as 20ms or 20ms/30s. Default: it is not held"
              + " back; the time is 10 seconds.")
  private @Nullable LatencyBound bound;

  void apply(OperationRequest<?, ?> request) {
    if (mode != null) {
      request.tuning(mode);
    }
    if (bound != null) {
      request.protectLatency(bound.p99(), bound.over());
    }
  }
}
