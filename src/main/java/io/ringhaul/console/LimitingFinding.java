package io.ringhaul.console;

import io.ringhaul.job.StoredFinding;
import io.ringhaul.monitor.FindingKind;
import io.ringhaul.monitor.LimitingFactor;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells which of the findings of a job limited the whole of it, as the summary at the end of an
 * operation does.
 */
final class LimitingFinding {

  private static final Set<String> CAUSES =
      Arrays.stream(FindingKind.values())
          .filter(FindingKind::isCause)
          .map(FindingKind::name)
          .collect(Collectors.toUnmodifiableSet());

  private LimitingFinding() {}

  /**
   * The reason of the longest finding of the kind that held for most of the time; empty if none
   * held for long enough.
   *
   * @param seconds how long the job was measured
   */
  static Optional<String> reason(Collection<StoredFinding> findings, double seconds) {
    if (seconds <= 0) {
      return Optional.empty();
    }
    return findings.stream()
        .filter(finding -> CAUSES.contains(finding.kind()))
        .collect(Collectors.groupingBy(StoredFinding::kind))
        .values()
        .stream()
        .filter(sameKind -> held(sameKind) / seconds >= LimitingFactor.LEAST_SHARE)
        .max(Comparator.comparingDouble(LimitingFinding::held))
        .flatMap(sameKind -> sameKind.stream().max(Comparator.comparing(LimitingFinding::length)))
        .map(StoredFinding::reason);
  }

  private static Duration length(StoredFinding finding) {
    return Duration.between(finding.firstSeen(), finding.lastSeen());
  }

  /** For how many seconds any of these held: several nodes may have the same at a time. */
  private static double held(List<StoredFinding> sameKind) {
    Duration sum = Duration.ZERO;
    Instant until = Instant.MIN;
    for (StoredFinding finding :
        sameKind.stream().sorted(Comparator.comparing(StoredFinding::firstSeen)).toList()) {
      Instant from = finding.firstSeen().isAfter(until) ? finding.firstSeen() : until;
      if (finding.lastSeen().isAfter(from)) {
        sum = sum.plus(Duration.between(from, finding.lastSeen()));
        until = finding.lastSeen();
      }
    }
    return sum.toMillis() / 1e3;
  }
}
