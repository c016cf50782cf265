package io.ringhaul.monitor;

import io.ringhaul.job.JobTelemetry;
import io.ringhaul.job.StoredFinding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Keeps the findings of a job in its store: at once when one begins or ends, and its figures every
 * few seconds while it lasts. Is to hear of a sample after the detector. What the store refuses is
 * stored with the next sample.
 */
public final class FindingRecorder implements SampleListener, AutoCloseable {

  private static final int SAMPLES_BETWEEN = 5;

  private final JobTelemetry telemetry;
  private final UUID job;
  private final BottleneckDetector detector;

  /** As they were stored last, those that were open then. */
  private final Map<String, Finding> stored = new HashMap<>();

  private int samples;

  /** Whether what an earlier process has left open is told to be over. */
  private boolean isAlone;

  /** Records what the detector finds. */
  public FindingRecorder(JobTelemetry telemetry, UUID job, BottleneckDetector detector) {
    this.telemetry = telemetry;
    this.job = job;
    this.detector = detector;
  }

  @Override
  public synchronized void sampled(Sample sample) {
    samples++;
    record(detector.findings());
  }

  /** All that lasts ends here. */
  @Override
  public synchronized void close() {
    record(List.of());
  }

  private void record(List<Finding> now) {
    Set<String> ids = new HashSet<>();
    now.forEach(finding -> ids.add(finding.id()));
    boolean due = samples >= SAMPLES_BETWEEN && !now.isEmpty();
    if (ids.equals(stored.keySet()) && !due && isAlone) {
      return;
    }
    List<StoredFinding> changed = new ArrayList<>();
    stored.values().stream()
        .filter(finding -> !ids.contains(finding.id()))
        .forEach(finding -> changed.add(stored(finding.over())));
    now.forEach(finding -> changed.add(stored(finding)));
    if (!isAlone) {
      // A process that was killed could not do so itself.
      telemetry.findings(job).stream()
          .filter(finding -> finding.open() && !ids.contains(finding.id()))
          .forEach(finding -> changed.add(finding.over()));
    }
    telemetry.put(job, changed);
    isAlone = true;
    samples = 0;
    stored.clear();
    now.forEach(finding -> stored.put(finding.id(), finding));
  }

  private static StoredFinding stored(Finding finding) {
    return new StoredFinding(
        finding.id(),
        finding.kind().name(),
        finding.component(),
        finding.evidence(),
        finding.reason(),
        finding.recommendation(),
        finding.proposal().map(Finding.Proposal::parameter),
        finding.proposal().map(Finding.Proposal::value),
        finding.since(),
        finding.lastSeen(),
        finding.open());
  }
}
