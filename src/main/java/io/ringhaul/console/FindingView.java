package io.ringhaul.console;

import io.ringhaul.job.StoredFinding;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What holds a job back, or held it back.
 *
 * @param evidence figures by name
 * @param parameter the parameter that would help
 * @param value what it should be set to
 */
record FindingView(
    String id,
    String job,
    String kind,
    String component,
    Map<String, Double> evidence,
    String reason,
    String recommendation,
    @Nullable String parameter,
    @Nullable Long value,
    String firstSeen,
    String lastSeen,
    boolean open) {

  static FindingView of(UUID job, StoredFinding finding) {
    return new FindingView(
        finding.id(),
        job.toString(),
        finding.kind(),
        finding.component(),
        new TreeMap<>(finding.evidence()),
        finding.reason(),
        finding.recommendation(),
        finding.parameter().orElse(null),
        finding.value().orElse(null),
        Times.text(finding.firstSeen()),
        Times.text(finding.lastSeen()),
        finding.open());
  }
}
