package io.ringhaul.internal.limits;

import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.Latency;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Samples of a job with the figures that its limits use. */
public final class Samples {

  /** The heap of the process, in bytes. */
  static final long HEAP = 1_000_000;

  private Samples() {}

  /** A second with this many responses. */
  public static Sample requests(long requests) {
    return sample(requests, 16, 0.3, 0.5, 0.01, 0);
  }

  /**
   * A second of a running job.
   *
   * @param full the share of the heap in use after the last collection
   */
  public static Sample heap(int inFlightBound, double full, double gcShare, double pageBytes) {
    return sample(100, inFlightBound, full, Math.max(0.5, full), gcShare, pageBytes);
  }

  /** A second of a job whose heap has shrunk since the last collection. */
  static Sample emptied(int inFlightBound, double full, double used) {
    return sample(100, inFlightBound, full, used, 0.01, 0);
  }

  private static Sample sample(
      long requests,
      int inFlightBound,
      double full,
      double used,
      double gcShare,
      double pageBytes) {
    return new Sample(
        Instant.EPOCH,
        1,
        new Progress(
            0,
            1,
            0,
            0,
            0,
            Duration.ZERO,
            0,
            0,
            Optional.empty(),
            0,
            0,
            Duration.ZERO,
            Optional.empty(),
            Health.WELL,
            Optional.empty()),
        0,
        0,
        requests,
        0,
        0,
        0,
        1,
        inFlightBound,
        0,
        inFlightBound == 0,
        1,
        1,
        0,
        pageBytes,
        0,
        0,
        Latency.NONE,
        List.of(),
        List.of(),
        List.of(),
        new ProcessSample(
            0.5,
            0.5,
            1,
            20,
            (long) (used * HEAP),
            (long) (full * HEAP),
            HEAP,
            gcShare,
            1,
            -1,
            0,
            0),
        Map.of());
  }
}
