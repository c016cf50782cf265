package io.ringhaul.console;

import io.ringhaul.job.StoredBottleneck;
import io.ringhaul.monitor.BottleneckKind;
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
 * Tells which of the bottlenecks of a job limited the whole of it, as the summary at the end of an
 * operation does.
 */
final class LimitingBottleneck {

  private static final Set<String> CAUSES =
      Arrays.stream(BottleneckKind.values())
          .filter(BottleneckKind::isCause)
          .map(BottleneckKind::name)
          .collect(Collectors.toUnmodifiableSet());

  private LimitingBottleneck() {}

  /**
   * The reason of the longest bottleneck of the kind that held for most of the time; empty if none
   * held for long enough.
   *
   * @param seconds how long the job was measured
   */
  static Optional<String> reason(Collection<StoredBottleneck> bottlenecks, double seconds) {
    if (seconds <= 0) {
      return Optional.empty();
    }
    return bottlenecks.stream()
        .filter(bottleneck -> CAUSES.contains(bottleneck.kind()))
        .collect(Collectors.groupingBy(StoredBottleneck::kind))
        .values()
        .stream()
        .filter(sameKind -> held(sameKind) / seconds >= LimitingFactor.LEAST_SHARE)
        .max(Comparator.comparingDouble(LimitingBottleneck::held))
        .flatMap(
            sameKind -> sameKind.stream().max(Comparator.comparing(LimitingBottleneck::length)))
        .map(StoredBottleneck::reason);
  }

  private static Duration length(StoredBottleneck bottleneck) {
    return Duration.between(bottleneck.firstSeen(), bottleneck.lastSeen());
  }

  /** For how many seconds any of these held: several nodes may have the same at a time. */
  private static double held(List<StoredBottleneck> sameKind) {
    Duration sum = Duration.ZERO;
    Instant until = Instant.MIN;
    for (StoredBottleneck bottleneck :
        sameKind.stream().sorted(Comparator.comparing(StoredBottleneck::firstSeen)).toList()) {
      Instant from = bottleneck.firstSeen().isAfter(until) ? bottleneck.firstSeen() : until;
      if (bottleneck.lastSeen().isAfter(from)) {
        sum = sum.plus(Duration.between(from, bottleneck.lastSeen()));
        until = bottleneck.lastSeen();
      }
    }
    return sum.toMillis() / 1e3;
  }
}
