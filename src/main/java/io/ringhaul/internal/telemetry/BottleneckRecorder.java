package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Stores the bottlenecks of a job: at once when one begins or ends, and the current figures every
 * five samples while it lasts. Must receive each sample after the detector. A failed store write is
 * repeated with the next sample.
 */
public final class BottleneckRecorder implements SampleListener, AutoCloseable {

  private static final int SAMPLES_BETWEEN = 5;

  private final JobTelemetry telemetry;
  private final UUID job;
  private final BottleneckDetector detector;

  /** The bottlenecks that were open at the last store write, as they were stored. */
  private final Map<String, Bottleneck> openAtLastWrite = new HashMap<>();

  private int samples;

  /** Whether the bottlenecks that an earlier process left open have been ended in the store. */
  private boolean hasEndedLeftovers;

  /** Records the bottlenecks that the detector finds. */
  public BottleneckRecorder(JobTelemetry telemetry, UUID job, BottleneckDetector detector) {
    this.telemetry = telemetry;
    this.job = job;
    this.detector = detector;
  }

  @Override
  public synchronized void sampled(Sample sample) {
    samples++;
    record(detector.bottlenecks());
  }

  /** Stores the end of all open bottlenecks. */
  @Override
  public synchronized void close() {
    record(List.of());
  }

  private void record(List<Bottleneck> now) {
    Set<String> ids = new HashSet<>();
    now.forEach(bottleneck -> ids.add(bottleneck.id()));
    boolean due = samples >= SAMPLES_BETWEEN && !now.isEmpty();
    if (ids.equals(openAtLastWrite.keySet()) && !due && hasEndedLeftovers) {
      return;
    }
    List<Bottleneck> changed = new ArrayList<>();
    openAtLastWrite.values().stream()
        .filter(bottleneck -> !ids.contains(bottleneck.id()))
        .forEach(bottleneck -> changed.add(bottleneck.over()));
    changed.addAll(now);
    if (!hasEndedLeftovers) {
      // A process that was killed could not close its bottlenecks.
      telemetry.bottlenecks(job).stream()
          .filter(bottleneck -> bottleneck.open() && !ids.contains(bottleneck.id()))
          .forEach(bottleneck -> changed.add(bottleneck.over()));
    }
    telemetry.put(job, changed);
    hasEndedLeftovers = true;
    samples = 0;
    openAtLastWrite.clear();
    now.forEach(bottleneck -> openAtLastWrite.put(bottleneck.id(), bottleneck));
  }
}
