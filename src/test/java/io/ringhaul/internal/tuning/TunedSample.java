package io.ringhaul.internal.tuning;

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

/** A second of a running job, with the figures that tuning uses. */
final class TunedSample {

  private static final long HEAP = 1_000_000;

  private final long requests;
  private long overloads;
  private double kept = 0.3;
  private double used = 0.5;

  private TunedSample(long requests) {
    this.requests = requests;
  }

  static TunedSample of(long requests) {
    return new TunedSample(requests);
  }

  TunedSample overloads(long count) {
    overloads = count;
    return this;
  }

  /**
   * The heap as shares of its maximum.
   *
   * @param afterGc in use after the last collection
   * @param now in use now
   */
  TunedSample heap(double afterGc, double now) {
    kept = afterGc;
    used = now;
    return this;
  }

  Sample sample() {
    return new Sample(
        Instant.EPOCH,
        1,
        new Progress(
            0,
            1,
            1_000,
            0,
            0,
            Duration.ofSeconds(10),
            0.5,
            1_000,
            Optional.empty(),
            0,
            0,
            Duration.ZERO,
            Optional.empty(),
            Health.WELL,
            Optional.empty()),
        1_000,
        100_000,
        requests,
        overloads,
        overloads,
        overloads,
        8,
        8,
        0,
        false,
        4,
        0.5,
        100,
        10_000,
        0,
        0,
        new Latency(requests, 10, 10, 20, 30),
        List.of(),
        List.of(),
        List.of(),
        new ProcessSample(
            0.3, 0.5, 10, 20, (long) (used * HEAP), (long) (kept * HEAP), HEAP, 0.01, 5, -1, 0, 0),
        Map.of());
  }
}
